import type { BoundedQueue, RoomWaiter } from '@baro/server/parts'

/**
 * A queue that is full from the first answer on until it is let go: a client must not be told of anything before it knows that
 * it has joined. What came meanwhile is read from history.
 */
export class HeldQueue implements BoundedQueue {
  readonly #queue: BoundedQueue
  readonly #waiters = new Set<RoomWaiter>()
  #isHeld = false

  constructor(queue: BoundedQueue) {
    this.#queue = queue
  }

  get isFull(): boolean {
    return this.#isHeld || this.#queue.isFull
  }

  get isCrowded(): boolean {
    return this.#isHeld || (this.#queue.isCrowded ?? this.#queue.isFull)
  }

  hold(): void {
    this.#isHeld = true
  }

  letGo(): void {
    this.#isHeld = false
    const waiting = [...this.#waiters]
    this.#waiters.clear()
    for (const waiter of waiting) waiter.hasRoom()
  }

  waitForRoom(waiter: RoomWaiter): void {
    if (this.#isHeld) this.#waiters.add(waiter)
    else this.#queue.waitForRoom(waiter)
  }

  stopWaiting(waiter: RoomWaiter): void {
    this.#waiters.delete(waiter)
    this.#queue.stopWaiting(waiter)
  }
}
