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

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Adds an item that is due after `inMs` milliseconds. */
  add(item: T, inMs: number): void {
    const queue = this.#queues.get(inMs) ?? new Deque<Waiting<T>>()
    this.#queues.set(inMs, queue)
    queue.push({ item, dueAtMs: this.#clock.elapsed() + inMs })
  }

  /** Takes off one item that is due; `undefined` if none is. */
  take(): T | undefined {
    const elapsed = this.#clock.elapsed()
    for (const [inMs, queue] of this.#queues) {
      const front = queue.at(0)
      if (front && front.dueAtMs <= elapsed) {
        queue.shift()
        return front.item
      }
      if (!front) this.#queues.delete(inMs)
    }
    return undefined
  }
}
