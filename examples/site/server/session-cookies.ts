import type { NextRequest } from 'next/server'
import { signedInMs } from '../channels/club.ts'
import { nameCookie } from '../components/account/name-cookie.ts'

/** What no script reads. */
export const sessionCookie = 'session'

type Asked = Pick<NextRequest, 'headers'>

/** The `Set-Cookie` headers of who has signed in. */
export function signedIn(asked: Asked, session: string, name: string): readonly string[] {
  return cookies(asked, session, encodeURIComponent(name), signedInMs / 1_000)
}

/** Those of who has signed out. */
export function signedOut(asked: Asked): readonly string[] {
  return cookies(asked, '', '', 0)
}

function cookies({ headers }: Asked, session: string, name: string, seconds: number): readonly string[] {
  // Next says by which scheme it was asked, unless a proxy does.
  const secure = headers.get('x-forwarded-proto') === 'https' ? '; Secure' : ''
  const rest = `Path=/; Max-Age=${seconds}; SameSite=Lax${secure}`
  return [`${sessionCookie}=${session}; HttpOnly; ${rest}`, `${nameCookie}=${name}; ${rest}`]
}
