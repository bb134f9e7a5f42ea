import { BaroError } from '@baro/core'

/**
 * The messages of one principal that handlers are at work with, or that wait for those. Handlers that take longer than
 * messages take to arrive would make a queue without an end (I7).
 */
export class AtWork {
  readonly #max: number
  #count = 0

  constructor(max: number) {
    this.#max = max
  }

  /**
   * Puts one more to work.
   *
   * @throws {BaroError} `rate-limited` if there is no room; otherwise what `work` throws.
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
