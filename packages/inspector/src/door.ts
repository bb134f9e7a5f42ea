import { createHmac } from 'node:crypto'
import { BaroError } from '@baro/core'
import type { Clock } from '@baro/core/broker'
import { bearerOf, type Handshake, isOfThisMachine, isSameSecret } from '@baro/server/parts'

/** What the door works with. */
export interface DoorParts {
  /** Without one, only a developer on this machine comes in. */
  readonly key: string | undefined
  readonly isDevelopment: boolean
  /** Where the cookie counts. */
  readonly path: string
  readonly clock: Pick<Clock, 'now'>
}

const cookieName = 'baro-inspector'

/** So long a browser stays signed in. */
const signedInMs = 12 * 3_600_000

/**
 * Who may look. A program shows the key as a bearer token. A browser has signed in with it, and keeps a cookie that any node
 * can check: when it ends, signed with the key. The key itself is kept nowhere.
 */
export class Door {
  readonly #parts: DoorParts

  constructor(parts: DoorParts) {
    this.#parts = parts
  }

  /** Whether there is a key to sign in with. */
  get hasKey(): boolean {
    return this.#parts.key !== undefined
  }

  /** @throws {BaroError} `refused`, `unauthenticated`, `origin-refused`. */
  assertMayLook(handshake: Handshake): void {
    assertOfThisOrigin(handshake)
    const { key, isDevelopment } = this.#parts
    if (key === undefined) {
      if (isDevelopment && isOfThisMachine(handshake)) return
      throw new BaroError(
        'refused',
        'The inspector has no key, so it is for localhost in development alone. Give mount a key to look from elsewhere, or in production.',
      )
    }
    const shown = bearerOf(handshake.headers)
    if (shown !== undefined ? this.isKey(shown) : this.#hasSignedIn(handshake)) return
    throw new BaroError('unauthenticated', 'Show the key of the inspector as Authorization: Bearer, or sign in.')
  }

  /** Whether a text is the key, found out in the same time for each. */
  isKey(shown: string): boolean {
    const { key } = this.#parts
    return key !== undefined && isSameSecret(shown, key)
  }

  /** The cookie of whoever has signed in; without a life, it takes the cookie back. */
  cookie({ scheme }: Handshake, isIn: boolean): string {
    const ends = this.#parts.clock.now() + signedInMs
    const value = isIn ? `${ends}.${this.#signatureOf(String(ends))}` : ''
    const life = isIn ? signedInMs / 1_000 : 0
    const secure = scheme === 'https' ? '; Secure' : ''
    return `${cookieName}=${value}; Path=${this.#parts.path}; HttpOnly; SameSite=Strict; Max-Age=${life}${secure}`
  }

  #hasSignedIn(handshake: Handshake): boolean {
    const found = new RegExp(`(?:^|;\\s*)${cookieName}=(\\d{1,16})\\.([\\w-]{43})(?:;|$)`).exec(
      textOf(handshake, 'cookie'),
    )
    const [, ends = '', signature = ''] = found ?? []
    if (!found || Number(ends) < this.#parts.clock.now()) return false
    return isSameSecret(signature, this.#signatureOf(ends))
  }

  #signatureOf(ends: string): string {
    return createHmac('sha256', this.#parts.key ?? '')
      .update(`${cookieName} ${this.#parts.path} ${ends}`)
      .digest('base64url')
  }
}

/**
 * A hub may let in pages of other origins, for its channels; here none of them is at home.
 *
 * @throws {BaroError} `origin-refused`.
 */
export function assertOfThisOrigin(handshake: Handshake): void {
  const origin = textOf(handshake, 'origin')
  const site = textOf(handshake, 'sec-fetch-site')
  const host = handshake.host ?? textOf(handshake, 'host')
  const isOwn = origin === '' || (URL.canParse(origin) && new URL(origin).host === host)
  if (isOwn && (site === '' || site === 'same-origin' || site === 'none')) return
  throw new BaroError('origin-refused', 'The inspector answers its own page alone, and programs.')
}

function textOf({ headers }: Handshake, name: string): string {
  return String(headers[name] ?? '')
}
