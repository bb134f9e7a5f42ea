import { plainText } from '@baro/sanitize'
import { maxNameLength } from '../../../channels/club.ts'
import { isLanguage, languages } from '../../../i18n/languages.ts'
import { wordsIn } from '../../../i18n/words.ts'
import { openSession } from '../../../server/issuer.ts'
import { answer, isScript, readPostedForm, seeOther } from '../../../server/posted-form.ts'
import { signedIn } from '../../../server/session-cookies.ts'

/** A name of 24 Hangul syllables, percent-encoded, is 224. */
const maxBytes = 1_000

const name = plainText({ maxLength: maxNameLength })

/** Signs somebody in under a name of their choice: there is no password, since this is a demonstration. */
export async function POST(request: Request, { params }: { params: Promise<{ lang: string }> }) {
  const { lang } = await params
  const language = isLanguage(lang) ? lang : languages[0]
  const posted = await readPostedForm(request, maxBytes)
  const checked = 'field' in posted ? name['~standard'].validate(posted.field('name').replaceAll(/\s+/g, ' ')) : posted
  const chosen = 'value' in checked ? checked.value.trim() : ''
  if (chosen === '') {
    const status = 'refusedBy' in checked ? checked.refusedBy : 422
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
    return new Response(wordsIn(language).account.notTaken, { status, headers })
  }
  const cookies = signedIn(request, await openSession(chosen), chosen)
  return isScript(request) ? answer(204, cookies) : seeOther(`/${language}/club/1`, cookies)
}
