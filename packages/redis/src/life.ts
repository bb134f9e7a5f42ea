import { BaroError } from '@baro/core'
import type { Randomness } from '@baro/core/broker'
import { createId } from '@baro/core/protocol'
import type { Buckets } from './bucket.ts'
import type { RedisLink } from './link/redis-link.ts'
import { begin, born, enter, whole } from './scripts/life.ts'

/** How what is kept is written. A node of another format must not touch it. */
const format = '1'

/**
 * The life of everything that is kept under a prefix. Whoever finds that nothing is there begins it; whoever finds that a part was lost
 * begins another one, so that nobody continues from what is not there any more (I4, I5).
 */
export class Life {
  readonly #link: RedisLink
  readonly #buckets: Buckets
  readonly #randomness: Randomness
  #gen = '0'
  #guests = ''
  #repairing: Promise<void> | undefined

  constructor(link: RedisLink, buckets: Buckets, randomness: Randomness) {
    this.#link = link
    this.#buckets = buckets
    this.#randomness = randomness
  }

  /** The key that guests are hashed with. */
  get guestKey(): string {
    return this.#guests
  }

  /** Begins it, or begins the next one if a part of this one was lost. What many find at once is done once. */
  repair(): Promise<void> {
    this.#repairing ??= this.#begin().finally(() => {
      this.#repairing = undefined
    })
    return this.#repairing
  }

  async claimsEpoch(): Promise<string> {
    for (let tries = 0; tries < 3; tries++) {
      const name = await this.#link.run(whole, this.#store, [], 'repeatable')
      if (typeof name === 'string') return name
      await this.repair()
    }
    throw new BaroError('unavailable', 'Redis loses what is written to it. See its log.')
  }

  get #store(): string {
    return `${this.#buckets.key(0)}:store`
  }

  async #begin(): Promise<void> {
    const ids = [createId(this.#randomness), createId(this.#randomness), createId(this.#randomness)]
    const kept = await this.#link.run(begin, this.#store, [this.#gen, ...ids, format], 'repeatable')
    const [gen = '', absent = '', claims = '', isBorn, guests = '', keptFormat] = kept as readonly string[]
    if (keptFormat !== format)
      throw new BaroError(
        'bad-definition',
        `What is kept under "${this.#store}" has format ${keptFormat}, and this version of @baro/redis reads format ${format}. Choose another prefix.`,
      )
    if (isBorn !== '1') {
      const entered = this.#buckets.keys.map((key) => this.#link.run(enter, key, [gen, absent, claims], 'repeatable'))
      await Promise.all(entered)
      await this.#link.run(born, this.#store, [gen], 'repeatable')
    }
    this.#gen = gen
    this.#guests = guests
  }
}
