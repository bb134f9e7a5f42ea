import { BaroError } from '@baro/core'
import { attachedHub } from '@baro/next'
import { revalidatePath } from 'next/cache'
import { isRoomId, room } from '../../../../../channels/room.ts'
import { isLanguage, languages } from '../../../../../i18n/languages.ts'
import { wordsIn } from '../../../../../i18n/words.ts'
import { readPostedForm, seeOther } from '../../../../../server/posted-form.ts'

/** A form with a text of 2,000 Hangul syllables, percent-encoded, and a name. */
const maxBytes = 20_000

/**
 * Takes a message from the form of a room as browsers post it without a script, or before it came: publishes it, and
 * shows the room with it.
 */
export async function POST(request: Request, { params }: { params: Promise<{ lang: string; id: string }> }) {
  // Unlike those of a page, the params of a route handler are decoded.
  const { lang, id } = await params
  const language = isLanguage(lang) ? lang : languages[0]
  const refuse = (status: number) =>
    new Response(wordsIn(language).room.notTaken, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
  if (!isRoomId(id)) return refuse(404)
  const posted = await readPostedForm(request, maxBytes)
  if ('refusedBy' in posted) return refuse(posted.refusedBy)
  const name = posted.field('name')
  const text = posted.field('text')
  const guest = attachedHub().open()
  try {
    await guest.publish(room({ id }), 'message', { ...(name && { name }), text })
  } catch (error) {
    if (error instanceof BaroError) return refuse(422)
    throw error
  } finally {
    guest.end()
  }
  for (const one of languages) revalidatePath(`/${one}/rooms/${encodeURIComponent(id)}`)
  return seeOther(`/${language}/rooms/${encodeURIComponent(id)}`)
}
