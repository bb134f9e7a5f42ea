import type { BoundedQueue, RoomWaiter } from '@baro/server/parts'
import type { Connection } from './insides.ts'

/**
 * Bounds what waits for one connection (I7). Engine.IO hands on what has gathered once the transport has room, so only
 * what came since then waits here, and at most as much again waits in the transport.
 */
export class WriteQueue implements BoundedQueue {
  readonly #connection: Connection
  readonly #maxBytes: number
  readonly #waiters = new Set<RoomWaiter>()
  #bytes = 0

  constructor(connection: Connection, maxBytes: number) {
    this.#connection = connection
    this.#maxBytes = maxBytes
    connection.on('drain', () => this.#drained())
  }

  get isFull(): boolean {
    return this.#bytes > this.#maxBytes
  }

  /** Something was written. What the transport took at once does not wait. */
  wrote(bytes: number): void {
    if (this.#connection.writeBuffer.length > 0) this.#bytes += bytes
  }

  waitForRoom(waiter: RoomWaiter): void {
    this.#waiters.add(waiter)
  }

  stopWaiting(waiter: RoomWaiter): void {
    this.#waiters.delete(waiter)
  }

  #drained(): void {
    this.#bytes = 0
    if (this.#waiters.size === 0) return
    const waiting = [...this.#waiters]
    this.#waiters.clear()
    for (const waiter of waiting) waiter.hasRoom()
  }
}
