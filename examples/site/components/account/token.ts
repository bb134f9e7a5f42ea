'use client'

import { useSyncExternalStore } from 'react'
import { visitorSecret } from '../live/visitor-secret.ts'
import { accountChanged, memberName } from './member-name.ts'

/** The token that the hub has got last. */
export interface GivenToken {
  /** How many this page has got of the issuer. */
  readonly count: number
  /** By `performance.now()`. */
  readonly untilMs: number
}

let given: GivenToken | undefined
const changed = new EventTarget()

/**
 * What tells the hub who this is. The client asks for it at each connection, and again before the token is over. If this
 * throws, the status is `needs-auth`, and it asks again.
 */
export async function currentToken(): Promise<string> {
  if (memberName() === null) return visitorSecret()
  const answer = await fetch('/session/token', { method: 'POST', signal: AbortSignal.timeout(10_000) })
  if (answer.status === 401) {
    // The session is over, and the answer has taken the cookies away.
    accountChanged()
    return visitorSecret()
  }
  if (!answer.ok) throw new Error(`The issuer answered ${answer.status}.`)
  const { token, expiresInMs } = await answer.json()
  given = { count: (given?.count ?? 0) + 1, untilMs: performance.now() + expiresInMs }
  changed.dispatchEvent(new Event('change'))
  return token
}

/** The newest token of this page; `undefined` before the first. */
export function useGivenToken(): GivenToken | undefined {
  return useSyncExternalStore(
    subscribe,
    () => given,
    () => undefined,
  )
}

function subscribe(listener: () => void): () => void {
  changed.addEventListener('change', listener)
  return () => changed.removeEventListener('change', listener)
}
