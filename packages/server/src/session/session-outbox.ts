import type { BoundedQueue } from '../delivery/bounded-queue.ts'
import type { Dialect } from '../delivery/dialect.ts'
import {
  type ClientsOwnMessage,
  frameMessage,
  type ReaderMessage,
  sdkDialect,
  writeMessage,
} from '../delivery/encode/sdk-messages.ts'
import { Outbox } from '../delivery/outbox.ts'
import type { Ticker } from '../delivery/ticker.ts'
import type { Limits } from '../ports/limits.ts'
import type { Framing, Socket } from '../ports/socket.ts'

/**
 * Where the messages of one session go: to a socket, or into the one answer of a POST. It takes messages; whether they
 * become bytes, and when, is its own affair.
 *
 * Deliveries ask `isFull` first; what is sent is never dropped, and too much of it closes the link (I7).
 */
export interface SessionOutbox<Said = unknown> extends BoundedQueue {
  /** How its readers are told what happens. */
  readonly dialect: Dialect<Said>
  /** When something last left, on the hub's monotonic clock. */
  readonly spokeAtMs: number
  /** Queues a message that must arrive. */
  send(message: ClientsOwnMessage): void
  /** Queues what answers a subscribe, or interrupts a subscription. */
  answer(message: ReaderMessage): void
  /** Queues what happens now: the same for all readers of the dialect. */
  deliver(said: Said): void
  /** Queues what is read from history. */
  catchUp(said: Said): void
  /** Lets what is queued leave, then closes. */
  close(code: number, reason: string): void
  /** Something has left the socket. */
  drained(): void
  /** The link is gone: forget what was queued. */
  discard(): void
}

/** The outbox of a session on a socket: its messages leave as frames. */
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
    this.reply(writeMessage(message).text)
  }

  // The long part of the answer is the same for all who come back; only what names this client is written for each.
  answer(message: ReaderMessage): void {
    this.deliverPieces(frameMessage(this.#framing, message))
  }

  catchUp(bytes: Uint8Array): void {
    this.deliverPieces([bytes])
  }
}
