import type { Duration } from '@baro/core'
import type { KeptPolicy } from '@baro/core/broker'
import { durationMs, type OptionRule, type OptionRules } from '@baro/core/protocol'
import type { CacheDirectives } from './cache-control.ts'

/**
 * When a page is good enough, by time and by what its channels have published since. What an answer says of itself in
 * `Cache-Control` comes before `maxAge` and `maxStale`.
 */
export interface PagePolicy {
  /** For how long a page is fresh. Default: an answer that says nothing is not kept. */
  readonly maxAge?: Duration
  /** For how long after that it is served stale, while one render runs. Default `'1d'`. */
  readonly maxStale?: Duration
  /** How many publications of a channel a page may lack, and still be fresh. Default 0. */
  readonly maxBehind?: number
  /**
   * How many it may lack, and still be served stale while one render runs; its visitors wait for the render of one that
   * lacks more. Default `Infinity`: a page with a live part catches up by itself. Use 0 for pages without JavaScript.
   */
  readonly waitBehind?: number
  /** A page is rendered at most once in this time. Until then it is served stale. Default `'1s'`. */
  readonly minInterval?: Duration
}

const span: OptionRule = {
  what: 'a duration: milliseconds, or for example "10s"',
  accepts(value) {
    try {
      return durationMs(value as Duration) > 0
    } catch {
      return false
    }
  },
}

const publications: OptionRule = {
  what: 'publications: a whole number from 0 on, or Infinity',
  accepts: (value) => value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && (value as number) >= 0),
}

/** What a policy must be. */
export const policyRules: OptionRules<PagePolicy> = {
  maxAge: span,
  maxStale: span,
  maxBehind: publications,
  waitBehind: publications,
  minInterval: span,
}

/** The policy of one page, as it is kept with the page; `undefined` if nothing says for how long it is fresh. */
export function policyFor(policy: PagePolicy, said: CacheDirectives): KeptPolicy | undefined {
  const { maxStale = '1d', maxBehind = 0, waitBehind = Number.POSITIVE_INFINITY, minInterval = '1s' } = policy
  const age = secondsAsMs(said['s-maxage'] ?? said['max-age']) ?? (policy.maxAge && durationMs(policy.maxAge))
  if (age === undefined) return undefined
  return {
    maxAgeMs: age,
    maxStaleMs: secondsAsMs(said['stale-while-revalidate']) ?? durationMs(maxStale),
    maxBehind,
    waitBehind: Math.max(maxBehind, waitBehind),
    minIntervalMs: durationMs(minInterval),
  }
}

function secondsAsMs(seconds: string | true | undefined): number | undefined {
  // What is no number of seconds counts as 0: stale at once (RFC 9111 §4.2.1).
  if (seconds === undefined) return undefined
  return typeof seconds === 'string' && /^\d+$/.test(seconds) ? Number(seconds) * 1_000 : 0
}
