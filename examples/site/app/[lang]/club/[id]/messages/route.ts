import { BaroError } from '@baro/core'
import { attachedHub } from '@baro/next'
import type { NextRequest } from 'next/server'
import { club } from '../../../../../channels/club.ts'
import { isRoomId } from '../../../../../channels/room.ts'
import { isLanguage, languages } from '../../../../../i18n/languages.ts'
import { wordsIn } from '../../../../../i18n/words.ts'
import { memberOf } from '../../../../../server/issuer.ts'
import { readPostedForm, seeOther } from '../../../../../server/posted-form.ts'
import { sessionCookie } from '../../../../../server/session-cookies.ts'

/** A form with a text of 2,000 Hangul syllables, percent-encoded. */
const maxBytes = 20_000

/** Takes a message from the form of a room for members, as browsers post it without a script. The hub asks the rule. */
export async function POST(request: NextRequest, { params }: { params: Promise<{ lang: string; id: string }> }) {
  const { lang, id } = await params
  const language = isLanguage(lang) ? lang : languages[0]
  const refuse = (status: number) =>
    new Response(wordsIn(language).room.notTaken, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
  if (!isRoomId(id)) return refuse(404)
  const posted = await readPostedForm(request, maxBytes)
  if ('refusedBy' in posted) return refuse(posted.refusedBy)
  const member = await memberOf(request.cookies.get(sessionCookie)?.value)
  const { id: user, ...said } = member ?? {}
  const author = attachedHub().open(
    user === undefined ? {} : { user: { id: user, claims: { ...said, role: 'member' } } },
  )
  try {
    await author.publish(club({ id }), 'message', { name: member?.name ?? '', text: posted.field('text') })
  } catch (error) {
    if (error instanceof BaroError) return refuse(error.code === 'refused' ? 403 : 422)
    throw error
  } finally {
    author.end()
  }
  return seeOther(`/${language}/club/${encodeURIComponent(id)}`)
}
