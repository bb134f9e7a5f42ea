/** The keys of programs: finds out which one somebody shows, and whether it still counts. */
import { BaroError, type Log } from '@baro/core'
import type { Cancel, Clock } from '@baro/core/broker'
import { checkedOptions } from '@baro/core/protocol'
import { describeError } from '../observe/describe-error.ts'
import type { Limits } from '../ports/limits.ts'
import type { Handshake } from '../ports/socket.ts'
import { bearerOf } from './bearer.ts'
import { inTime } from './in-time.ts'
import {
  assertServerKey,
  digestOf,
  grantOf,
  isServerKey,
  type KeyGrant,
  nameIn,
  type ServerKey,
  serverKeyRules,
} from './server-key.ts'

/**
 * The keys of a hub: a list; or a function that finds one by its name, so that keys change without a restart. The hub
 * asks the function for each request, and each minute for an open stream. `undefined`: there is no such key.
 */
export type KeySource =
  | readonly ServerKey[]
  | ((name: string) => ServerKey | undefined | Promise<ServerKey | undefined>)

/** What keys work with. */
export interface ServerKeysParts {
  readonly keys: KeySource
  readonly clock: Clock
  readonly limits: Pick<Limits, 'connectTimeoutMs'>
  readonly log: Log
}

/** How often an open stream looks whether its key still counts. */
const looksEveryMs = 60_000

export class ServerKeys {
  readonly #parts: ServerKeysParts

  /** @throws {BaroError} `bad-definition` if a key of a list is none, or two have one name. */
  constructor(parts: ServerKeysParts) {
    this.#parts = parts
    const { keys } = parts
    if (typeof keys === 'function') return
    const names = new Set<string>()
    for (const key of keys) {
      checked(key)
      if (names.has(key.name))
        throw new BaroError(
          'bad-definition',
          `There are two server keys "${key.name}". Put both hashes into one, in a rotation.`,
        )
      names.add(key.name)
    }
  }

  /**
   * The key that a request shows; `undefined` if it shows none.
   *
   * @throws {BaroError} `unauthenticated` if it does not count; `origin-refused`; `unavailable`.
   */
  async find(headers: Handshake['headers']): Promise<KeyGrant | undefined> {
    const key = bearerOf(headers)
    if (key === undefined || !isServerKey(key)) return undefined
    // Whoever opens a page could read the key in it.
    if (headers.origin !== undefined)
      throw new BaroError('origin-refused', 'A browser sent a server key. Let a program of the server send it.')
    const name = nameIn(key)
    if (name === undefined) throw noSuchKey()
    return this.#grant(name, digestOf(key))
  }

  /** Looks from time to time whether a key still counts. `over` is called once, if it does not. */
  watch(grant: KeyGrant, stillMay: (grant: KeyGrant) => void, over: (error: unknown) => void): Cancel {
    let isOver = false
    const look = async () => {
      try {
        const again = await this.#grant(grant.name, grant.digest)
        if (isOver) return
        stillMay(again)
        cancel = this.#parts.clock.after(looksEveryMs, look)
      } catch (error) {
        if (!isOver) over(error)
      }
    }
    let cancel = this.#parts.clock.after(looksEveryMs, look)
    return () => {
      isOver = true
      cancel()
    }
  }

  async #grant(name: string, digest: Uint8Array): Promise<KeyGrant> {
    const key = await this.#named(name)
    const grant = key && grantOf(key, digest)
    if (!grant) throw noSuchKey()
    return grant
  }

  async #named(name: string): Promise<ServerKey | undefined> {
    const { keys, clock, limits, log } = this.#parts
    if (typeof keys !== 'function') return keys.find((key) => key.name === name)
    try {
      const asked = Promise.resolve(keys(name))
      const key = await inTime(clock, limits.connectTimeoutMs, asked, 'The function that finds server keys')
      // What it found is of another name: a key must not count for what somebody else may do.
      return key && checked(key).name === name ? key : undefined
    } catch (error) {
      log.error({ code: 'unavailable' }, `The server key "${name}" could not be found: ${describeError(error)}`)
      throw new BaroError('unavailable', 'The server keys cannot be read now. Try again later.')
    }
  }
}

function checked(key: ServerKey): ServerKey {
  assertServerKey(checkedOptions('A server key', key, serverKeyRules))
  return key
}

function noSuchKey(): BaroError {
  return new BaroError('unauthenticated', 'This server key is not known here, or does not count any more.')
}

/** What is said to whoever shows a server key where only the token of a user counts. */
export function misplacedKey(): BaroError {
  return new BaroError(
    'unauthenticated',
    'A server key counts only as "Authorization: Bearer", for the URL of a channel, for POST …/publish and for broadcasts by HTTP.',
  )
}
