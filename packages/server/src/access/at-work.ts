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
  readonly #ofKey: number
  // Only who has something at work has an entry, so what is at work bounds their number.
  readonly #counts = new Map<string, number>()

  constructor({
    maxMessagesAtWork,
    timesPerUser,
    timesPerAddress,
    timesPerKey,
  }: Pick<Limits, 'maxMessagesAtWork' | 'timesPerUser' | 'timesPerAddress' | 'timesPerKey'>) {
    this.#ofUser = timesPerUser * maxMessagesAtWork
    this.#ofAddress = timesPerAddress * maxMessagesAtWork
    this.#ofKey = timesPerKey * maxMessagesAtWork
  }

  /** @throws {BaroError} `rate-limited` if too many are at work for one more message of this principal. */
  assertRoom(principal: Principal): void {
    const name = nameOf(principal)
    const { user, key } = principal
    const max = key ? this.#ofKey : user ? this.#ofUser : this.#ofAddress
    if (name !== undefined && (this.#counts.get(name) ?? 0) >= max)
      throw tooMany(max, key ? 'server key' : user ? 'user' : 'address')
  }

  /** Counts one more message of a principal. Returns what counts it off again. */
  begin(principal: Principal): () => void {
    const name = nameOf(principal)
    if (name === undefined) return nothing
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
    return () => {
      const left = (this.#counts.get(name) ?? 1) - 1
      if (left > 0) this.#counts.set(name, left)
      else this.#counts.delete(name)
    }
  }
}

function nameOf({ user, key, address }: Principal): string | undefined {
  if (key) return `key ${key.name}`
  if (user) return `user ${user.id}`
  return address === undefined ? undefined : `address ${address}`
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
    this.assertRoom()
    const result = work()
    // What is done already was never at work: nothing else came in between.
    return result instanceof Promise ? this.until(result) : result
  }

  /** @throws {BaroError} `rate-limited` if too many are at work for one more message. */
  assertRoom(): void {
    if (this.#count >= this.#max) throw tooMany(this.#max, 'connection')
    this.#together.assertRoom(this.#principal)
  }

  /** Counts one more message, until its result is there. Returns the same result. */
  until<T>(result: Promise<T>): Promise<T> {
    const end = this.#together.begin(this.#principal)
    this.#count++
    return result.finally(() => {
      this.#count--
      end()
    })
  }
}

function tooMany(max: number, whose: string): BaroError {
  return new BaroError(
    'rate-limited',
    `${max} messages of this ${whose} are at work already. Wait for an answer and try again.`,
  )
}

function nothing(): void {}
