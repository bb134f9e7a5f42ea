import { randomUUID } from 'node:crypto'
import { BaroError } from '@baro/core'
import { attachedHub } from '@baro/next'
import { text } from '../../../../channels/stream.ts'
import { isLanguage, languages } from '../../../../i18n/languages.ts'
import { wordsIn } from '../../../../i18n/words.ts'
import { readPostedForm, seeOther } from '../../../../server/posted-form.ts'

/** A prompt of 120 Hangul syllables, percent-encoded, is 1,080. */
const maxBytes = 3_000

/** Begins a text for whoever has no script. */
export async function POST(request: Request, { params }: { params: Promise<{ lang: string }> }) {
  const { lang } = await params
  const language = isLanguage(lang) ? lang : languages[0]
  const refuse = (status: number) =>
    new Response(wordsIn(language).stream.notBegun, {
      status,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    })
  const posted = await readPostedForm(request, maxBytes)
  if ('refusedBy' in posted) return refuse(posted.refusedBy)
  const id = randomUUID().slice(0, 18)
  const guest = attachedHub().open()
  try {
    await guest.request(text({ id }), 'begin', { prompt: posted.field('prompt'), language })
  } catch (error) {
    if (error instanceof BaroError) return refuse(error.code === 'rate-limited' ? 429 : 422)
    throw error
  } finally {
    guest.end()
  }
  return seeOther(`/${language}/stream/${id}`)
}
