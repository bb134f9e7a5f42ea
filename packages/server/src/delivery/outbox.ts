import { closeCodes } from '@baro/core'
import type { Limits } from '../ports/limits.ts'
import type { Socket } from '../ports/socket.ts'
import { isKnownToRead, mostQueuedBytes } from './precedence.ts'
import type { Run } from './run.ts'
import type { Ticker, Writing } from './ticker.ts'

/** A reader that was cut, and goes on when the outbox has room. */
export interface RoomWaiter {
  hasRoom(): void
}

/** To copy a shorter one costs less than to write it by itself. */
const apartFromBytes = 4_096

/**
 * The bounded queue of one socket (I7). What one tick produced is gathered and leaves in one write.
 *
 * Deliveries ask `isFull` first: a reader that finds it full is cut at a message boundary and reads from history later.
 * Replies and errors are never dropped; when they alone exceed their bound, the connection closes as slow.
 */
export class Outbox implements Writing {
  readonly #socket: Socket
  readonly #ticker: Ticker
  readonly #limits: Limits
  #pending: Run | undefined
  #replyBytes = 0
  /** Whether the socket had bytes left after the last write; only a write adds to them, so `false` stays true. */
  #isBehind = false
  /** Bytes the socket was given, counted as far as it matters to who is written first. */
  #writtenBytes = 0
  #closed = false
  /** Made when it is needed: most outboxes are never full. */
  #waiters: Set<RoomWaiter> | undefined
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
    return (this.#isBehind ? this.#socket.waitingBytes : 0) + (this.#pending?.length ?? 0)
  }

  /** Whether more is waiting than a reader may let wait. */
  get isFull(): boolean {
    return this.waitingBytes > this.#limits.maxOutboxBytes
  }

  /** Queues a delivery; the caller has asked `isFull`. */
  deliver(bytes: Uint8Array): void {
    this.#add(bytes, false)
  }

  /** {@link deliver} for one that comes in pieces, of which others get the long ones too. */
  deliverPieces(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.#add(piece, piece.length >= apartFromBytes)
  }

  #add(bytes: Uint8Array, isApart: boolean): void {
    if (this.#closed) return
    if (!this.#pending) this.#ticker.write(this, isKnownToRead(this.#writtenBytes, this.waitingBytes))
    this.#pending = this.#ticker.extend(this.#pending, bytes, isApart)
  }

  /** Queues a message that must arrive. */
  reply(text: string): void {
    this.replyBytes(this.#socket.framing.frame(text))
  }

  /** {@link reply}, framed already. */
  replyBytes(bytes: Uint8Array): void {
    // Where the socket has taken everything, it is the hub that is behind: nobody is told to read faster for that.
    if (this.#waitingReplyBytes + bytes.length > this.#limits.maxReplyBytes && !this.#isBehind)
      this.flush(this.spokeAtMs)
    this.#replyBytes = this.#waitingReplyBytes + bytes.length
    if (this.#replyBytes > this.#limits.maxReplyBytes) this.close(closeCodes.slow, 'replies are waiting; read faster')
    else this.deliver(bytes)
  }

  /** What was counted and has left meanwhile waits no more. */
  get #waitingReplyBytes(): number {
    return Math.min(this.#replyBytes, this.waitingBytes)
  }

  /** Hands what is pending to the socket, as one write. */
  flush(nowMs: number): void {
    const run = this.#pending
    if (this.#closed || !run) return
    this.#pending = undefined
    this.spokeAtMs = nowMs
    this.#socket.write(run.pieces)
    // A number that stays small is kept in the outbox itself, and an idle one should cost little.
    this.#writtenBytes = Math.min(this.#writtenBytes + run.length, mostQueuedBytes)
    this.drained()
  }

  /** Tells the waiter once, when there is room. */
  waitForRoom(waiter: RoomWaiter): void {
    this.#waiters ??= new Set()
    this.#waiters.add(waiter)
  }

  /** Forgets the waiter: it has ended. */
  stopWaiting(waiter: RoomWaiter): void {
    this.#waiters?.delete(waiter)
  }

  /** Something has left the socket. */
  drained(): void {
    this.#isBehind = this.#socket.waitingBytes > 0
    const waiters = this.#waiters
    if (!waiters || this.isFull) return
    this.#waiters = undefined
    for (const waiter of waiters) waiter.hasRoom()
  }

  /** Sends what is pending, then closes. */
  close(code: number, reason: string): void {
    if (this.#closed) return
    this.#waiters = undefined
    this.flush(this.spokeAtMs)
    this.#closed = true
    this.#socket.close(code, reason)
  }

  /** The link is gone: forget what was pending. */
  discard(): void {
    this.#closed = true
    this.#pending = undefined
    this.#waiters = undefined
  }
}
