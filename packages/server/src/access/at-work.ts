/**
 * What handlers work on, or what waits for a handler. Without these bounds, messages that arrive faster than handlers
 * finish would make an endless queue (I7).
 */
import { BaroError } from '@baro/core'
import type { NowOrLater } from '@baro/core/broker'
import type { Limits } from '../ports/limits.ts'
import type { Principal } from './principal.ts'

/** What is at work for each user, else for each address, over all their links and requests. */
export class AtWorkTogether {
  readonly #ofUser: number
  readonly #ofAddress: number
  // Only who has something at work has an entry, so what is at work bounds their number.
  readonly #counts = new Map<string, number>()

  constructor({
    maxMessagesAtWork,
    timesPerUser,
    timesPerAddress,
  }: Pick<Limits, 'maxMessagesAtWork' | 'timesPerUser' | 'timesPerAddress'>) {
    this.#ofUser = timesPerUser * maxMessagesAtWork
    this.#ofAddress = timesPerAddress * maxMessagesAtWork
  }

  /**
   * Counts one more message of a principal. Returns what counts it off again.
   *
   * @throws {BaroError} `rate-limited` if too many are at work.
   */
  begin({ user, address }: Principal): () => void {
    if (!user && address === undefined) return nothing
    const name = user ? `user ${user.id}` : `address ${address}`
    const max = user ? this.#ofUser : this.#ofAddress
    const count = this.#counts.get(name) ?? 0
    if (count >= max) throw tooMany(max, user ? 'user' : 'address')
    this.#counts.set(name, count + 1)
    return () => {
      const left = (this.#counts.get(name) ?? 1) - 1
      if (left > 0) this.#counts.set(name, left)
      else this.#counts.delete(name)
    }
  }
}

/** Counts the messages of one link that are at work. */
export class AtWork {
  readonly #max: number
  readonly #together: AtWorkTogether
  readonly #principal: Principal
  #count = 0

  constructor(max: number, together: AtWorkTogether, principal: Principal) {
    this.#max = max
    this.#together = together
    this.#principal = principal
  }

  /**
   * Does the work of one more message.
   *
   * @throws {BaroError} `rate-limited` if too many are at work; otherwise what `work` throws.
   */
  do<T>(work: () => NowOrLater<T>): NowOrLater<T> {
    if (this.#count >= this.#max) throw tooMany(this.#max, 'connection')
    const end = this.#together.begin(this.#principal)
    this.#count++
    const over = () => {
      this.#count--
      end()
    }
    let result: NowOrLater<T>
    try {
      result = work()
    } catch (error) {
      over()
      throw error
    }
    if (result instanceof Promise) return result.finally(over)
    over()
    return result
  }
}

function tooMany(max: number, whose: string): BaroError {
  return new BaroError(
    'rate-limited',
    `${max} messages of this ${whose} are at work already. Wait for an answer and try again.`,
  )
}

function nothing(): void {}
