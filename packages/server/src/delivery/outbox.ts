import { closeCodes } from '@baro/core/protocol'
import type { Limits } from '../ports/limits.ts'
import type { LinkTap, Socket } from '../ports/socket.ts'
import { isKnownToRead, mostQueuedBytes } from './precedence.ts'
import type { Run } from './run.ts'
import { tappedSocket } from './tapped-socket.ts'
import type { Ticker, Writing } from './ticker.ts'

/** A reader that was cut. It goes on when the outbox has room. */
export interface RoomWaiter {
  hasRoom(): void
}

/** Pieces from this length are written apart. Copying a shorter piece costs less than writing it apart. */
const apartFromBytes = 4_096

/**
 * The bounded queue of one socket (I7). It gathers what one tick produced, and hands it to the socket in one write.
 *
 * Deliveries ask `isFull` first: a reader that finds it full is cut at a message boundary and reads from history later.
 * Replies and errors are never dropped. When they alone exceed their bound, the connection closes as slow.
 */
export class Outbox implements Writing {
  /** While somebody looks at the link, another one in front of it: whoever is not looked at pays nothing. */
  #socket: Socket
  readonly #ticker: Ticker
  readonly #limits: Limits
  #pending: Run | undefined
  #replyBytes = 0
  /**
   * Whether bytes were left in the socket after the last write. Only a write adds bytes, so `false` holds until then.
   */
  #isBehind = false
  /** Bytes that the socket was given. They count up to `mostQueuedBytes`, which is all that precedence asks for. */
  #writtenBytes = 0
  #closed = false
  /** Made at first use, because most outboxes are never full. */
  #waiters: Set<RoomWaiter> | undefined
  /** When something was last written, on the hub's monotonic clock. */
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

  /** Whether an eighth of that is waiting: signals that newer ones take the place of are left out first. */
  get isCrowded(): boolean {
    return this.waitingBytes > this.#limits.maxOutboxBytes / 8
  }

  /** Queues a delivery of a channel; the caller has asked `isFull`. */
  deliver(bytes: Uint8Array, channel: string): void {
    this.#add(bytes, false, channel)
  }

  /** {@link deliver} for a message in pieces. Other sockets get the long pieces too, so those are not copied. */
  deliverPieces(pieces: readonly Uint8Array[], channel: string): void {
    for (const piece of pieces) this.#add(piece, piece.length >= apartFromBytes, channel)
  }

  /** Forgets the deliveries of a channel, or of all, that were not written yet: who waits for them may not read (I8). */
  forget(channel?: string): void {
    this.#pending = this.#pending?.without(channel)
  }

  #add(bytes: Uint8Array, isApart: boolean, channel?: string): void {
    if (this.#closed) return
    if (!this.#pending) this.#ticker.write(this, isKnownToRead(this.#writtenBytes, this.waitingBytes))
    this.#pending = this.#ticker.extend(this.#pending, bytes, isApart, channel)
  }

  /** Queues a message that must arrive. */
  reply(text: string): void {
    this.replyBytes(this.#socket.framing.frame(text))
  }

  /** {@link reply} for a message that is framed already. */
  replyBytes(bytes: Uint8Array): void {
    // If the socket has taken everything, the hub is behind, not the client: so it writes now instead of closing.
    if (this.#waitingReplyBytes + bytes.length > this.#limits.maxReplyBytes && !this.#isBehind)
      this.flush(this.spokeAtMs)
    this.#replyBytes = this.#waitingReplyBytes + bytes.length
    if (this.#replyBytes > this.#limits.maxReplyBytes) this.close(closeCodes.slow, 'replies are waiting; read faster')
    else this.#add(bytes, false)
  }

  /** Replies that still wait, at most: what has left since they were counted waits no more. */
  get #waitingReplyBytes(): number {
    return Math.min(this.#replyBytes, this.waitingBytes)
  }

  /** Hands what is pending to the socket, as one write. */
  flush(nowMs: number): void {
    const run = this.#pending
    this.#pending = undefined
    if (this.#closed || !run?.length) return
    this.spokeAtMs = nowMs
    this.#socket.write(run.pieces)
    this.#ticker.wrote(run.length)
    // A small integer needs no object of its own in V8, and an idle outbox should cost little.
    this.#writtenBytes = Math.min(this.#writtenBytes + run.length, mostQueuedBytes)
    this.drained()
  }

  /** Calls `waiter.hasRoom` once, when there is room. */
  waitForRoom(waiter: RoomWaiter): void {
    this.#waiters ??= new Set()
    this.#waiters.add(waiter)
  }

  /** Forgets the waiter, because it has ended. */
  stopWaiting(waiter: RoomWaiter): void {
    this.#waiters?.delete(waiter)
  }

  /** Bytes have left the socket. */
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

  /** Shows what is written from now on; returns how to stop. One looks at a time. */
  tap(tap: LinkTap): () => void {
    const socket = this.#socket
    this.#socket = tappedSocket(socket, tap)
    return () => {
      this.#socket = socket
    }
  }

  /** The link is gone, so what was pending is forgotten. */
  discard(): void {
    this.#closed = true
    this.#pending = undefined
    this.#waiters = undefined
  }
}
