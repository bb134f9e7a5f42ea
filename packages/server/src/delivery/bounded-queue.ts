import type { RoomWaiter } from './outbox.ts'

/** A queue as a reader sees it. The reader asks before each delivery, and waits when the queue is full (I7). */
export interface BoundedQueue {
  /** Whether more is waiting than a reader may let wait. */
  readonly isFull: boolean
  /** Whether so much is waiting that what newer will take the place of is better left out. Default: `isFull`. */
  readonly isCrowded?: boolean
  /** Calls `waiter.hasRoom` once, when there is room. */
  waitForRoom(waiter: RoomWaiter): void
  /** Forgets the waiter, because it has ended. */
  stopWaiting(waiter: RoomWaiter): void
}
