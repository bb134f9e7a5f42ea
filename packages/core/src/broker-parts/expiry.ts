import type { Clock } from '../ports/clock.ts'
import { Deque } from './deque.ts'

interface Waiting<T> {
  readonly item: T
  readonly dueAtMs: number
}

/** Items to look at again when their time may be over. */
export class Expiry<T> {
  readonly #clock: Clock
  // One queue for each length of time: in such a queue, what was added first is due first.
  readonly #queues = new Map<number, Deque<Waiting<T>>>()
  /** Before this nothing is due. */
  #soonestMs = Number.POSITIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Adds an item that is due after `inMs` milliseconds. */
  add(item: T, inMs: number): void {
    const queue = this.#queues.get(inMs) ?? new Deque<Waiting<T>>()
    this.#queues.set(inMs, queue)
    const dueAtMs = this.#clock.elapsed() + inMs
    queue.push({ item, dueAtMs })
    if (dueAtMs < this.#soonestMs) this.#soonestMs = dueAtMs
  }

  /** Takes off one item that is due; `undefined` if none is. */
  take(): T | undefined {
    const elapsed = this.#clock.elapsed()
    if (elapsed < this.#soonestMs) return undefined
    let soonestMs = Number.POSITIVE_INFINITY
    for (const [inMs, queue] of this.#queues) {
      const front = queue.at(0)
      if (front && front.dueAtMs <= elapsed) {
        queue.shift()
        return front.item
      }
      if (front) soonestMs = Math.min(soonestMs, front.dueAtMs)
      else this.#queues.delete(inMs)
    }
    this.#soonestMs = soonestMs
    return undefined
  }
}
