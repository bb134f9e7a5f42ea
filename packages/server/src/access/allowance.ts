import { BaroError } from '@baro/core'
import type { Clock } from '@baro/core/broker'

/**
 * How many messages one link may send (a token bucket). A burst may be as large as two seconds of messages, so that a
 * client can come back with all its subscriptions at once.
 */
export class Allowance {
  readonly #messagesPerSecond: number
  readonly #clock: Clock
  #left: number
  #atMs: number

  constructor(messagesPerSecond: number, clock: Clock) {
    this.#messagesPerSecond = messagesPerSecond
    this.#clock = clock
    this.#left = 2 * messagesPerSecond
    this.#atMs = clock.elapsed()
  }

  /**
   * Takes one message from the allowance; returns an error if there is none left. A refused message costs nothing: else
   * a client that sends a little too fast would get nothing through.
   */
  spend(): BaroError | undefined {
    const rate = this.#messagesPerSecond
    const nowMs = this.#clock.elapsed()
    this.#left = Math.min(2 * rate, this.#left + ((nowMs - this.#atMs) / 1_000) * rate)
    this.#atMs = nowMs
    if (this.#left < 1)
      return new BaroError('rate-limited', `More than ${rate} messages per second. Slow down and try again.`)
    this.#left--
    return undefined
  }
}
