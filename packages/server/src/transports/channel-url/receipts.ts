import type { Cancel, Clock } from '@baro/core/broker'
import { comparePositions, type Position } from '@baro/core/protocol'
import type { WebSocketSocket } from '../websocket/websocket.ts'
import { pingFrame } from '../websocket/websocket-frame.ts'
import type { Bookmark } from './bookmarks.ts'

/** After a receipt, how long the next one is waited with: each costs the client a frame of its allowance. */
const receiptIntervalMs = 100

/**
 * Finds out what a client has got, without a line of code there: a ping goes out behind the messages, and every WebSocket
 * answers it when it has read up to there (RFC 6455 §5.5.3). Only what was received moves the bookmark, so after a cut
 * nothing is missing, and what came in the last moment before it may come twice.
 *
 *              delivered                  pong
 *    settled ────────────▶ asking ────────────────▶ resting
 *       ▲                                              │
 *       └────── the clock; asks again if there is more ┘
 */
export class Receipts {
  readonly #clock: Clock
  readonly #bookmark: Bookmark
  readonly #send: (frame: Uint8Array) => void
  #state: 'settled' | 'asking' | 'resting' = 'settled'
  #asked: { readonly id: string; readonly position: Position } | undefined
  #newest: Position | undefined
  #number = 0
  #cancelRest: Cancel | undefined

  /** @param send Queues a frame behind the deliveries, as one of them: what is forgotten with them claims nothing. */
  constructor(clock: Clock, bookmark: Bookmark, send: (frame: Uint8Array) => void, socket: WebSocketSocket) {
    this.#clock = clock
    this.#bookmark = bookmark
    this.#send = send
    socket.onPong((id) => this.#received(id))
  }

  /** Where the reader stood when its last link ended; `undefined` if it had none. */
  get position(): Position | undefined {
    return this.#bookmark.position
  }

  /** The reader needs nothing up to here: it starts here, or is shown no more of it. */
  startsAt(position: Position): void {
    this.#bookmark.position = position
    this.#newest = position
  }

  /** Messages that lead to this position were handed to the outbox. */
  delivered(position: Position): void {
    this.#newest = position
    if (this.#state === 'settled') this.#ask(position)
  }

  /** The link is gone, or about to. */
  end(): void {
    this.#cancelRest?.()
  }

  #ask(position: Position): void {
    this.#state = 'asking'
    this.#asked = { id: `receipt ${++this.#number}`, position }
    this.#send(pingFrame(this.#asked.id))
  }

  #received(id: string): void {
    if (id !== this.#asked?.id) return
    const { position } = this.#asked
    const { position: before } = this.#bookmark
    // A link that broke may tell late what it got, after another has gone on.
    if (!before || comparePositions(position, before) !== 'older') this.#bookmark.position = position
    this.#state = 'resting'
    this.#cancelRest = this.#clock.after(receiptIntervalMs, () => {
      this.#state = 'settled'
      if (this.#newest && this.#newest !== position) this.#ask(this.#newest)
    })
  }
}
