import { type OptionRule, type OptionRules, objectWith, optionsInside, wholeOrUnbounded } from '../option-rules.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Randomness } from '../ports/randomness.ts'
import { type ClaimLimits, claimLimitRules } from './claim-limits.ts'

/** What every broker of a single node takes: such a broker bounds by itself what strangers may fill it with (I7). */
export interface SingleNodeOptions {
  /** Default: the time of the machine. */
  readonly clock?: Clock
  /** Makes the epochs. Default: the randomness of the machine. */
  readonly randomness?: Randomness
  /**
   * How long a channel is remembered after its last append or read, in milliseconds, once its history has expired and
   * nobody follows it. After that its state is gone, and a reader that comes back gets a reset. Default 24 hours.
   */
  readonly idleTtlMs?: number
  /**
   * How many channels may have a record. Above it the channels go whose last use is longest ago, those that nobody follows
   * first, and who comes back gets a reset. Default 1,000,000.
   */
  readonly maxChannels?: number
  /**
   * How much may be remembered of publishes at a time (I5): ids, producers, and answers that are not confirmed. Default
   * 10,000 of one user and 150,000 of all users; 20,000 of the guests of one address and 100,000 of all guests; 50,000 of
   * the application.
   */
  readonly claimLimits?: Partial<ClaimLimits>
  /** Where it says what an operator should know: an exception in a follower, for example. Default `console`. */
  readonly log?: Log
}

/** What such a broker does where it is told nothing. */
export const singleNodeDefaults: Readonly<Record<'idleTtlMs' | 'maxChannels' | 'mostBytes', number>> = {
  idleTtlMs: 24 * 3_600_000,
  maxChannels: 1_000_000,
  mostBytes: 256 << 20,
}

/** For how long a broker remembers what nobody uses: no timer is set for it, so it may be longer than one can be. */
export const idleTtl: OptionRule = {
  what: 'milliseconds above 0, or Infinity',
  accepts: (value) => typeof value === 'number' && value > 0,
}

/** What its options may be, and how much all its channels may take. */
export const singleNodeRules: OptionRules<SingleNodeOptions & { readonly maxBytes?: number }> = {
  clock: objectWith('now', 'elapsed', 'after'),
  randomness: objectWith('fraction', 'bytes'),
  idleTtlMs: idleTtl,
  maxBytes: wholeOrUnbounded('bytes'),
  maxChannels: wholeOrUnbounded('channels'),
  claimLimits: optionsInside(claimLimitRules),
  log: objectWith('info', 'warn', 'error'),
}
