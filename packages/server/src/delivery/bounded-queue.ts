import type { RoomWaiter } from './outbox.ts'

/** A queue as a reader sees it: something to ask before each delivery, and to wait for when it is full (I7). */
export interface BoundedQueue {
  /** Whether more is waiting than a reader may let wait. */
  readonly isFull: boolean
  /** Tells the waiter once, when there is room. */
  waitForRoom(waiter: RoomWaiter): void
  /** Forgets the waiter: it has ended. */
  stopWaiting(waiter: RoomWaiter): void
}
