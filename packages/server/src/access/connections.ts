/**
 * How many links and held requests are open at once: of each user, and of each address where nobody was let in. The
 * allowance bounds how fast they come; this bounds what they keep in memory (I7).
 */
import { BaroError, type Log } from '@baro/core'
import type { Counters } from '../observe/counters.ts'
import type { Limits } from '../ports/limits.ts'
import type { Sharing } from './allowances.ts'

/** What connections work with. */
export interface ConnectionsParts {
  readonly limits: Pick<Limits, 'maxConnectionsPerUser' | 'maxConnectionsPerAddress'>
  readonly counters: Pick<Counters, 'turnedAway'>
  readonly log: Log
}

/** After how long it may be tried again: somebody else's must end first. */
const retryAfterMs = 5_000

/** The connections of this node, by who has them. */
export class Connections {
  readonly #parts: ConnectionsParts
  // Only who has one open has an entry, so the connections bound their number.
  readonly #counts = new Map<string, number>()
  #hasWarned = false

  constructor(parts: ConnectionsParts) {
    this.#parts = parts
  }

  /**
   * Counts one more, until it ends.
   *
   * @throws {BaroError} `rate-limited` if its user or address has as many as it may have.
   */
  open(sharing: Sharing): Connection {
    return new Connection(this, this.take(sharing))
  }

  /** Counts one more under a name, which is returned. Of an address that is not known nothing is counted. */
  take(sharing: Sharing): string | undefined {
    const name = nameOf(sharing)
    if (name === undefined) return undefined
    const count = this.#counts.get(name) ?? 0
    const { maxConnectionsPerUser, maxConnectionsPerAddress } = this.#parts.limits
    const isAddress = !sharing.user && !sharing.key
    const max = isAddress ? maxConnectionsPerAddress : maxConnectionsPerUser
    if (count >= max) {
      this.#parts.counters.turnedAway++
      if (isAddress) this.#warn(sharing.address, max)
      throw tooMany(sharing, max)
    }
    this.#counts.set(name, count + 1)
    return name
  }

  /** Counts one less. */
  give(name: string | undefined): void {
    if (name === undefined) return
    const left = (this.#counts.get(name) ?? 1) - 1
    if (left > 0) this.#counts.set(name, left)
    else this.#counts.delete(name)
  }

  /** Once: a proxy that was not named makes one address of everybody, and nobody would know why some are turned away. */
  #warn(address: string | undefined, max: number): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    this.#parts.log.warn(
      { code: 'rate-limited' },
      `${max} connections of ${JSON.stringify(address)} are open, and no more are let in. If that is a proxy: createHub({ trustProxy: 1 }). To let more in: createHub({ limits: { maxConnectionsPerAddress: Infinity } }).`,
    )
  }
}

/** One link, or one held request. */
export class Connection {
  readonly #connections: Connections
  #name: string | undefined
  #isEnded = false

  constructor(connections: Connections, name: string | undefined) {
    this.#connections = connections
    this.#name = name
  }

  /**
   * It is known whose it is. If it may not be theirs, it goes on counting as it did, until it ends.
   *
   * @throws {BaroError} As `Connections.open`.
   */
  become(sharing: Sharing): void {
    if (this.#isEnded || nameOf(sharing) === this.#name) return
    const name = this.#connections.take(sharing)
    this.#connections.give(this.#name)
    this.#name = name
  }

  /** It is gone. Calling it again changes nothing. */
  end(): void {
    if (!this.#isEnded) this.#connections.give(this.#name)
    this.#isEnded = true
  }
}

function nameOf({ user, key, address }: Sharing): string | undefined {
  if (key) return `key ${key.name}`
  if (user) return `user ${user.id}`
  return address === undefined ? undefined : `address ${address}`
}

function tooMany({ user, key }: Sharing, max: number): BaroError {
  const whose = key ? 'server key' : user ? 'user' : 'address'
  return new BaroError(
    'rate-limited',
    `${max} connections of this ${whose} are open already. Close one, or come back in ${retryAfterMs / 1_000} s.`,
    { retryAfterMs },
  )
}
