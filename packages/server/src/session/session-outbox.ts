import type { BoundedQueue } from '../delivery/bounded-queue.ts'
import type { Dialect } from '../delivery/dialect.ts'
import {
  type ClientsOwnMessage,
  frameMessage,
  ownText,
  type ReaderMessage,
  sdkDialect,
} from '../delivery/encode/sdk-messages.ts'
import { Outbox } from '../delivery/outbox.ts'
import type { Ticker } from '../delivery/ticker.ts'
import type { Limits } from '../ports/limits.ts'
import type { Framing, LinkTap, Socket } from '../ports/socket.ts'

/**
 * Where the messages of one session go: to a socket, or into the one answer of a POST. It takes messages, and decides
 * itself when they become bytes.
 *
 * Deliveries ask `isFull` first. Messages that are sent are never dropped; too many of them close the link (I7).
 */
export interface SessionOutbox<Said = unknown> extends BoundedQueue {
  /** How the session's readers are told what happens. */
  readonly dialect: Dialect<Said>
  /** When something was last written, on the hub's monotonic clock. */
  readonly spokeAtMs: number
  /** Bytes that wait to leave. */
  readonly waitingBytes: number
  /** Shows what leaves from now on; returns how to stop. `undefined`: it does not leave in frames. */
  tap(tap: LinkTap): (() => void) | undefined
  /** Queues a message that must arrive. */
  send(message: ClientsOwnMessage): void
  /** Queues a message that answers a subscribe, or resets a subscription later. */
  answer(message: ReaderMessage): void
  /** Queues a live delivery of a channel, which is the same for all readers of the dialect. */
  deliver(said: Said, channel: string): void
  /** Queues a delivery of a channel that was read from history. */
  catchUp(said: Said, channel: string): void
  /** Forgets the deliveries of a channel, or of all, that were not handed on yet (I8). */
  forget(channel?: string): void
  /** Closes, after what is queued has left. */
  close(code: number, reason: string): void
  /** Bytes have left the socket. */
  drained(): void
  /** The link is gone, so what was queued is forgotten. */
  discard(): void
}

/** The outbox of a session on a socket. Its messages leave as frames. */
export class FramedOutbox extends Outbox implements SessionOutbox<Uint8Array> {
  readonly #framing: Framing

  constructor(socket: Socket, ticker: Ticker, limits: Limits, nowMs: number) {
    super(socket, ticker, limits, nowMs)
    this.#framing = socket.framing
  }

  get dialect(): Dialect {
    return sdkDialect(this.#framing)
  }

  send(message: ClientsOwnMessage): void {
    this.reply(ownText(message))
  }

  // All who come back share the long part of the answer. Only the part that names this client is written for each.
  answer(message: ReaderMessage): void {
    this.deliverPieces(frameMessage(this.#framing, message), message.payload.channel)
  }

  catchUp(bytes: Uint8Array, channel: string): void {
    this.deliverPieces([bytes], channel)
  }
}
