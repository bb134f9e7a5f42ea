import type { NextRequest } from 'next/server'
import { isLanguage, languages } from '../../../../i18n/languages.ts'
import { isOwnOrigin } from '../../../../server/own-origin.ts'
import { answer, isScript, seeOther } from '../../../../server/posted-form.ts'
import { signedOut } from '../../../../server/session-cookies.ts'

/** Signs somebody out: the browser forgets its session. The token it may still have counts for minutes. */
export async function POST(request: NextRequest, { params }: { params: Promise<{ lang: string }> }) {
  if (!isOwnOrigin(request.headers)) return answer(403)
  const { lang } = await params
  const cookies = signedOut(request)
  return isScript(request)
    ? answer(204, cookies)
    : seeOther(`/${isLanguage(lang) ? lang : languages[0]}/sign-in`, cookies)
}
