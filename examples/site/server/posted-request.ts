import { BaroError } from '@baro/core'
import { attachedHub } from '@baro/next'
import type { Participant } from '@baro/server'
import { revalidatePath } from 'next/cache'
import { isLanguage, type Language, languages } from '../i18n/languages.ts'
import { wordsIn } from '../i18n/words.ts'
import { type Posted, readPostedForm, seeOther } from './posted-form.ts'

/** The form of a page that asks a channel for something. */
export interface RequestForm {
  /** The page that has it, below the language: `shop`. It is shown afterwards. */
  readonly page: string
  /** Other pages that show what it changes. */
  readonly others?: readonly string[]
  readonly maxBytes: number
  /** What is said if it could not be done. */
  readonly refusal: (words: ReturnType<typeof wordsIn>) => string
  readonly ask: (guest: Participant, field: Extract<Posted, { field: unknown }>['field']) => Promise<unknown>
}

/** Takes what a form asks for, as browsers post it without a script or before it came, and shows the page. */
export async function takeRequest(request: Request, lang: string, form: RequestForm): Promise<Response> {
  const language: Language = isLanguage(lang) ? lang : languages[0]
  const refuse = (status: number) =>
    new Response(form.refusal(wordsIn(language)), {
      status,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    })
  const posted = await readPostedForm(request, form.maxBytes)
  if ('refusedBy' in posted) return refuse(posted.refusedBy)
  const guest = attachedHub().open()
  try {
    await form.ask(guest, posted.field)
  } catch (error) {
    if (error instanceof BaroError) return refuse(error.code === 'unavailable' ? 503 : 422)
    throw error
  } finally {
    guest.end()
  }
  // Who has a script gets the change as it is committed. Who has none sees the page that comes now.
  for (const page of [form.page, ...(form.others ?? [])]) for (const one of languages) revalidatePath(`/${one}/${page}`)
  return seeOther(`/${language}/${form.page}`)
}
