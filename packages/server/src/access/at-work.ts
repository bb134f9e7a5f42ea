import { BaroError } from '@baro/core'

/**
 * Counts the messages of one principal that handlers work on, or that wait for a handler. Without this bound, messages
 * that arrive faster than handlers finish would make an endless queue (I7).
 */
export class AtWork {
  readonly #max: number
  #count = 0

  constructor(max: number) {
    this.#max = max
  }

  /**
   * Does the work of one more message.
   *
   * @throws {BaroError} `rate-limited` if too many are at work; otherwise what `work` throws.
   */
  async do<T>(work: () => Promise<T>): Promise<T> {
    if (this.#count >= this.#max)
      throw new BaroError(
        'rate-limited',
        `${this.#max} messages of this connection are at work already. Wait for an answer and try again.`,
      )
    this.#count++
    try {
      return await work()
    } finally {
      this.#count--
    }
  }
}
