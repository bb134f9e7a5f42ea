import { type ClaimLimits, claimLimitRules, idleTtl } from '@baro/core/broker'
import { milliseconds, type OptionRules, optionsInside } from '@baro/core/protocol'
import { placeRules, type RedisPlace } from './link/place.ts'

/** What `createRedisBroker` takes. */
export interface RedisBrokerOptions extends RedisPlace {
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
}

/** What the options may be. */
export const optionRules: OptionRules<RedisBrokerOptions> = {
  ...placeRules,
  waitMs: milliseconds(),
  compareMs: milliseconds(),
  idleTtlMs: idleTtl,
  claimLimits: optionsInside(claimLimitRules),
}
