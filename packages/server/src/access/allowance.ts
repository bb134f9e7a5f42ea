import { BaroError, type Clock } from '@baro/core'

/**
 * What one link may send (a token bucket): a message costs one, and a burst may be two seconds' worth, so that a client
 * may come back with all its subscriptions at once.
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
   * Takes one message from it; returns what is wrong if it was one too many. What is refused costs nothing: else who sends
   * a little too fast would get nothing through at all.
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
