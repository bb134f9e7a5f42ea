import type { NextRequest } from 'next/server'
import { issueToken, memberOf } from '../../../../server/issuer.ts'
import { isOwnOrigin } from '../../../../server/own-origin.ts'
import { answer } from '../../../../server/posted-form.ts'
import { sessionCookie, signedOut } from '../../../../server/session-cookies.ts'

/** Gives whoever has a session the next token for the hub. */
export async function POST(request: NextRequest) {
  if (!isOwnOrigin(request.headers)) return answer(403)
  const member = await memberOf(request.cookies.get(sessionCookie)?.value)
  if (!member) return answer(401, signedOut(request))
  return Response.json(await issueToken(member), { headers: { 'cache-control': 'no-store' } })
}
