import type { Log } from '@baro/core'
import type { Clock, Randomness } from '@baro/core/broker'
import type { OptionRules } from '@baro/core/protocol'
import { listOf, objectWith } from '@baro/core/protocol'
import { addressIn } from './address.ts'

/** Where Redis is, for whoever opens a connection. */
export interface RedisPlace {
  /**
   * Where Redis is: `redis://[[user]:password@]host[:port][/database]`, or `rediss://` over TLS. Default
   * `redis://127.0.0.1:6379`.
   */
  readonly url?: string
  /** Some of the servers of a Redis Cluster, as such URLs; the others are found. Name and password of the first are those of all. */
  readonly cluster?: readonly string[]
  /**
   * Begins all keys, so that several applications may share a Redis. All nodes of one application have the same. Databases of
   * one server may have the same, too. 1 to 64 of `A-Z a-z 0-9 _ . : -`. Default `baro`.
   */
  readonly prefix?: string
  /** For waits and intervals; what is kept has the time of Redis. Default: the time of the machine. */
  readonly clock?: Clock
  /** Makes names, and spreads reconnects. Default: the randomness of the machine. */
  readonly randomness?: Randomness
  /** Where it says what an operator should know. Default `console`. */
  readonly log?: Log
}

/** What these options may be. */
export const placeRules: OptionRules<RedisPlace> = {
  url: { what: 'a URL such as "redis://127.0.0.1:6379"', accepts: isUrl },
  cluster: {
    ...listOf('URLs such as "redis://10.0.0.1:6379", at least one'),
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isUrl),
  },
  prefix: {
    what: '1 to 64 of A-Z a-z 0-9 _ . : -',
    accepts: (value) => typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value),
  },
  clock: objectWith('now', 'elapsed', 'after'),
  randomness: objectWith('fraction', 'bytes'),
  log: objectWith('info', 'warn', 'error'),
}

function isUrl(value: unknown): boolean {
  return typeof value === 'string' && /^rediss?:\/\//.test(value) && URL.canParse(value)
}

/**
 * What all names begin with, which no prefix can be. Pub/sub knows no databases: without the number, the signals of an
 * application in one database would reach that in another, and one would take the rights of the other's users.
 */
export function namesBeginWith(url: string, cluster: readonly string[] | undefined, prefix: string): string {
  const database = cluster ? undefined : addressIn(url).database
  return database ? `${prefix}@${database}` : prefix
}
