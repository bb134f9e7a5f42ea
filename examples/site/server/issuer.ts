import { randomUUID } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import { signedInMs } from '../channels/club.ts'

/** Somebody who has signed in. */
export interface Member {
  /** Made when they signed in: under the same name, somebody else is somebody else. */
  readonly id: string
  readonly name: string
}

/** A token for the hub. */
export interface HubToken {
  readonly token: string
  readonly expiresInMs: number
}

// Two kinds of token, and neither counts as the other: one stays in a cookie that no script reads, the other is short and
// goes to the hub.
export const [forSession, forHub] = ['session', 'hub'] as const

/** The secret that `issuerKey` has made, which `start.ts` puts into the environment. */
export function issuerSecret(): Uint8Array {
  return Buffer.from(process.env.ISSUER_KEY ?? '', 'base64url')
}

/** Signs somebody in: what their browser keeps. */
export function openSession(name: string): Promise<string> {
  return sign({ id: randomUUID(), name }, forSession, signedInMs)
}

/** Who has this session; `undefined` if it is none of ours, or is over. */
export async function memberOf(session: string | undefined): Promise<Member | undefined> {
  if (session === undefined) return undefined
  try {
    const { payload } = await jwtVerify(session, issuerSecret(), { algorithms: ['HS256'], audience: forSession })
    return { id: String(payload.sub), name: String(payload.name) }
  } catch {
    return undefined
  }
}

/** The token by which the hub knows a member: five minutes long, so the browser asks for the next one again and again. */
export async function issueToken(member: Member): Promise<HubToken> {
  const expiresInMs = Number(process.env.TOKEN_LIFE_MS || 300_000)
  return { token: await sign(member, forHub, expiresInMs), expiresInMs }
}

function sign({ id, name }: Member, audience: string, lifeMs: number): Promise<string> {
  return new SignJWT({ name, role: 'member' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(id)
    .setAudience(audience)
    .setExpirationTime((Date.now() + lifeMs) / 1_000)
    .sign(issuerSecret())
}
