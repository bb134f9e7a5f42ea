import { BaroError, type Claim, type Clock, type Json, quote } from '@baro/core'
import { Deque } from '../collections/deque.ts'

interface Held {
  readonly scope: string
  readonly id: string
  readonly until: number
  answer?: Json
}

/** How many claims may live at a time. Forgetting one early would publish twice (I5), so a further one is refused. */
export interface ClaimLimits {
  /** In one scope, so that one user cannot use up what is there for all. */
  readonly perScope: number
  readonly total: number
}

/** Who claimed which id, for as long as its window lasts (I5). */
export class Claims {
  readonly #clock: Clock
  readonly #limits: ClaimLimits
  readonly #scopes = new Map<string, Map<string, Held>>()
  // One queue for each length of window: within it, claims expire in the order they were made.
  readonly #queues = new Map<number, Deque<Held>>()
  #count = 0

  constructor(clock: Clock, limits: ClaimLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /**
   * @throws {BaroError} `rate-limited` or `unavailable` if too many claims live already.
   */
  claim(scope: string, id: string, windowMs: number): Claim {
    const held = this.#find(scope, id)
    if (held) return held.answer === undefined ? { outcome: 'pending' } : { outcome: 'settled', answer: held.answer }
    // At most two go for one that comes: what expired shrinks, and no single claim pays for thousands.
    this.forgetExpired(2)
    this.#assertRoom(scope)
    this.#hold({ scope, id, until: this.#clock.elapsed() + windowMs }, windowMs)
    return { outcome: 'granted' }
  }

  settle(scope: string, id: string, answer: Json): void {
    const held = this.#find(scope, id)
    // The first answer stays: somebody may have got it already.
    if (held && held.answer === undefined) held.answer = answer
  }

  /** Forgets at most this many of the claims whose window is over; returns how many. */
  forgetExpired(most: number): number {
    const elapsed = this.#clock.elapsed()
    let forgotten = 0
    for (const [windowMs, queue] of this.#queues) {
      for (let oldest = queue.at(0); oldest && oldest.until <= elapsed; oldest = queue.at(0)) {
        if (forgotten === most) return forgotten
        queue.shift()
        this.#forget(oldest)
        forgotten++
      }
      if (queue.length === 0) this.#queues.delete(windowMs)
    }
    return forgotten
  }

  #find(scope: string, id: string): Held | undefined {
    const held = this.#scopes.get(scope)?.get(id)
    return held && held.until > this.#clock.elapsed() ? held : undefined
  }

  #assertRoom(scope: string): void {
    const { perScope, total } = this.#limits
    const full = () => this.#count >= total || (this.#scopes.get(scope)?.size ?? 0) >= perScope
    if (!full()) return
    this.forgetExpired(Number.POSITIVE_INFINITY)
    if (!full()) return
    if (this.#count >= total)
      throw new BaroError(
        'unavailable',
        `This node holds ${total} claims of publishes and takes no more. Try again later.`,
      )
    throw new BaroError(
      'rate-limited',
      `${quote(scope)} made ${perScope} publishes within their window. Try again later.`,
    )
  }

  #hold(held: Held, windowMs: number): void {
    const ids = this.#scopes.get(held.scope) ?? new Map<string, Held>()
    const queue = this.#queues.get(windowMs) ?? new Deque<Held>()
    this.#scopes.set(held.scope, ids)
    this.#queues.set(windowMs, queue)
    // An expired one of the same id may still wait in its queue: it is replaced here, and `#forget` passes it over.
    if (!ids.has(held.id)) this.#count++
    ids.set(held.id, held)
    queue.push(held)
  }

  #forget(held: Held): void {
    const ids = this.#scopes.get(held.scope)
    if (ids?.get(held.id) !== held) return
    ids.delete(held.id)
    this.#count--
    if (ids.size === 0) this.#scopes.delete(held.scope)
  }
}
