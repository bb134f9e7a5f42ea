import { BaroError } from '@baro/core'
import { attachedHub } from '@baro/next'
import type { Participant, Principal } from '@baro/server'
import { isRoomId } from '../channels/room-id.ts'
import { mutedUntil, refusalText } from '../components/room/refusal.ts'
import { isLanguage, type Language, languages } from '../i18n/languages.ts'
import { wordsIn } from '../i18n/words.ts'
import { readPostedForm, seeOther } from './posted-form.ts'

/** A form with a text of 2,000 Hangul syllables, percent-encoded, and a name. */
const maxBytes = 20_000

/** A message that was posted by the form of a page. */
export interface PostedMessage {
  /** The room of the page. */
  readonly id: string
  readonly name: string
  readonly text: string
  /** Who publishes it, in the name of whoever posted it. The hub asks the rule. */
  readonly author: Participant
}

/** What differs from one kind of room to another. */
export interface MessageForm {
  /** Where the pages of these rooms are, e.g. `rooms`. */
  readonly place: string
  /** Who has posted it. */
  readonly author: Principal
  readonly publish: (message: PostedMessage) => Promise<void>
}

/** Takes a message from the form of a room, as browsers post it without a script or before it came, and shows the room. */
export async function takeMessage(
  request: Request,
  // Unlike those of a page, the params of a route handler are decoded.
  { lang, id }: { lang: string; id: string },
  form: MessageForm,
): Promise<Response> {
  const language: Language = isLanguage(lang) ? lang : languages[0]
  const refuse = (status: number, why = wordsIn(language).room.notTaken) =>
    new Response(why, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
  if (!isRoomId(id)) return refuse(404)
  const posted = await readPostedForm(request, maxBytes)
  if ('refusedBy' in posted) return refuse(posted.refusedBy)
  const author = attachedHub().open(form.author)
  try {
    await form.publish({ id, name: posted.field('name'), text: posted.field('text'), author })
  } catch (error) {
    if (mutedUntil(error) !== undefined) return refuse(403, refusalText(error, wordsIn(language).room, language, 'UTC'))
    if (error instanceof BaroError) return refuse(error.code === 'refused' ? 403 : 422)
    throw error
  } finally {
    author.end()
  }
  return seeOther(`/${language}/${form.place}/${encodeURIComponent(id)}`)
}
