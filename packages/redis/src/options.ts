import type { Log } from '@baro/core'
import { type ClaimLimits, type Clock, claimLimitRules, type Randomness } from '@baro/core/broker'
import { listOf, milliseconds, type OptionRules, objectWith, optionsInside } from '@baro/core/protocol'

/** What `createRedisBroker` takes. */
export interface RedisBrokerOptions {
  /**
   * Where Redis is: `redis://[[user]:password@]host[:port][/database]`, or `rediss://` over TLS. Default
   * `redis://127.0.0.1:6379`.
   */
  readonly url?: string
  /** Some of the servers of a Redis Cluster, as such URLs; the others are found. Name and password of the first are those of all. */
  readonly cluster?: readonly string[]
  /**
   * Begins all keys, so that several applications may share a Redis. All nodes of one application have the same. 1 to 64 of
   * `A-Z a-z 0-9 _ . : -`. Default `baro`.
   */
  readonly prefix?: string
  /**
   * For how long a call waits while Redis is away, in milliseconds; then it is `unavailable`, and may be tried again. A connection that is
   * silent for so long is given up. Default 5,000 ms.
   */
  readonly waitMs?: number
  /**
   * How often the heads of followed channels are compared, in milliseconds: what pub/sub lost without a sign is found after two of them.
   * Default 3,000 ms.
   */
  readonly compareMs?: number
  /**
   * How long a channel is remembered after its last append or read, in milliseconds, once its history has expired and nobody follows it.
   * After that its state is gone, and a reader that comes back gets a reset. Default 24 hours.
   */
  readonly idleTtlMs?: number
  /**
   * How much this node may claim of publishes at a time (I5): ids, producers, and answers that are not confirmed. Default 10,000 of one user
   * and 150,000 of all users; 20,000 of the guests of one address and 100,000 of all guests; 50,000 of the application.
   */
  readonly claimLimits?: Partial<ClaimLimits>
  /** For waits and intervals; what is kept has the time of Redis. Default: the time of the machine. */
  readonly clock?: Clock
  /** Makes epochs, and spreads reconnects. Default: the randomness of the machine. */
  readonly randomness?: Randomness
  /** Where it says what an operator should know. Default `console`. */
  readonly log?: Log
}

/** What the options may be. */
export const optionRules: OptionRules<RedisBrokerOptions> = {
  url: { what: 'a URL such as "redis://127.0.0.1:6379"', accepts: isUrl },
  cluster: {
    ...listOf('URLs such as "redis://10.0.0.1:6379", at least one'),
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isUrl),
  },
  prefix: {
    what: '1 to 64 of A-Z a-z 0-9 _ . : -',
    accepts: (value) => typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value),
  },
  waitMs: milliseconds(),
  compareMs: milliseconds(),
  idleTtlMs: milliseconds(),
  claimLimits: optionsInside(claimLimitRules),
  clock: objectWith('now', 'elapsed', 'after'),
  randomness: objectWith('fraction', 'bytes'),
  log: objectWith('info', 'warn', 'error'),
}

function isUrl(value: unknown): boolean {
  return typeof value === 'string' && /^rediss?:\/\//.test(value) && URL.canParse(value)
}
