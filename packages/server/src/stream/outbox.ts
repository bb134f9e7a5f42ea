import { closeCodes } from '@baro/core'
import type { Limits } from '../limits.ts'
import type { Socket } from '../ports/socket.ts'
import type { Ticker } from './ticker.ts'

/** A reader that was cut, and goes on when the outbox has room. */
export interface RoomWaiter {
  hasRoom(): void
}

/**
 * The bounded queue of one socket (I7). What one tick produced is gathered and leaves in one write.
 *
 * Deliveries ask `isFull` first: a reader that finds it full is cut at a message boundary and reads from history later.
 * Replies and errors are never dropped; when they alone exceed their bound, the connection closes as slow.
 */
export class Outbox {
  readonly #socket: Socket
  readonly #ticker: Ticker
  readonly #limits: Limits
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #replyBytes = 0
  #closed = false
  #waiters: RoomWaiter[] = []
  /** When something last left, on the hub's monotonic clock. */
  spokeAtMs: number

  constructor(socket: Socket, ticker: Ticker, limits: Limits, nowMs: number) {
    this.#socket = socket
    this.#ticker = ticker
    this.#limits = limits
    this.spokeAtMs = nowMs
  }

  /** Bytes that have not left the process. */
  get waitingBytes(): number {
    return this.#socket.waitingBytes + this.#pendingBytes
  }

  /** Whether more is waiting than a reader may let wait. */
  get isFull(): boolean {
    return this.waitingBytes > this.#limits.maxOutboxBytes
  }

  /** Queues a delivery; the caller has asked `isFull`. */
  deliver(bytes: Uint8Array): void {
    if (this.#closed) return
    if (this.#pending.length === 0) this.#ticker.write(this)
    this.#pending.push(bytes)
    this.#pendingBytes += bytes.length
  }

  /** Queues a message that must arrive. */
  reply(text: string): void {
    this.replyBytes(this.#socket.framing.frame(text))
  }

  /** {@link reply}, framed already. */
  replyBytes(bytes: Uint8Array): void {
    this.#replyBytes += bytes.length
    if (this.#replyBytes > this.#limits.maxReplyBytes) this.close(closeCodes.slow, 'replies are waiting; read faster')
    else this.deliver(bytes)
  }

  /** Hands what is pending to the socket, as one write; `join` shares the joined bytes between sockets. */
  flush(nowMs: number, join: (parts: readonly Uint8Array[]) => Uint8Array): void {
    const parts = this.#pending
    if (this.#closed || parts.length === 0) return
    this.#pending = []
    this.#pendingBytes = 0
    this.spokeAtMs = nowMs
    this.#socket.write(join(parts))
    this.drained()
  }

  /** Tells the waiter once, when there is room. */
  waitForRoom(waiter: RoomWaiter): void {
    this.#waiters.push(waiter)
  }

  /** Something has left the socket. */
  drained(): void {
    if (this.#socket.waitingBytes === 0) this.#replyBytes = 0
    if (this.#waiters.length === 0 || this.isFull) return
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) waiter.hasRoom()
  }

  /** Sends what is pending, then closes. */
  close(code: number, reason: string): void {
    if (this.#closed) return
    this.flush(this.spokeAtMs, concatenate)
    this.#closed = true
    this.#socket.close(code, reason)
  }

  /** The link is gone: forget what was pending. */
  discard(): void {
    this.#closed = true
    this.#pending = []
    this.#pendingBytes = 0
    this.#waiters = []
  }
}

/** Joins whole frames to one run of bytes. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts
  return parts.length === 1 && first ? first : Buffer.concat(parts)
}
