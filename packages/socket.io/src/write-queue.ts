import type { Writable } from 'node:stream'
import type { BoundedQueue, RoomWaiter } from '@baro/server/parts'
import type { Client, Connection } from './insides.ts'
import type { Encoded } from './spoken.ts'

/**
 * Writes to one connection, and bounds what waits for it (I7).
 *
 * Frames that were made for all go to the WebSocket in one write, past Engine.IO, as long as nothing waits in its queue:
 * the order stays, and a delivery takes less than half of the time. Everything else goes through Engine.IO. It hands on
 * what has gathered once the transport has room, so only what came since then waits here, and at most as much again
 * waits in the transport.
 */
export class WriteQueue implements BoundedQueue {
  readonly #connection: Connection
  readonly #maxBytes: number
  readonly #waiters = new Set<RoomWaiter>()
  /** What waits in the queue of Engine.IO. */
  #bytes = 0

  constructor(connection: Connection, maxBytes: number) {
    this.#connection = connection
    this.#maxBytes = maxBytes
    connection.on('drain', () => {
      this.#bytes = 0
      this.#wake()
    })
  }

  get isFull(): boolean {
    return this.#bytes > this.#maxBytes || this.#stream.writableLength > this.#maxBytes
  }

  /** Writes packets, in order. `frames` are those of all of them. */
  write(client: Client, all: readonly Encoded[], frames: Uint8Array | undefined): void {
    const { writeBuffer, readyState } = this.#connection
    const { socket } = this.#connection.transport
    if (frames && socket?._socket && writeBuffer.length === 0 && readyState === 'open' && socket.readyState === 1) {
      socket._socket.write(frames)
      return
    }
    for (const { pieces, options, bytes } of all) {
      // It notes in the options what it was told to, so each client gets its own.
      client.writeToEngine(pieces, { ...options })
      if (this.#connection.writeBuffer.length > 0) this.#bytes += bytes
    }
  }

  waitForRoom(waiter: RoomWaiter): void {
    if (this.#waiters.size === 0) this.#whenDrained()
    this.#waiters.add(waiter)
  }

  stopWaiting(waiter: RoomWaiter): void {
    this.#waiters.delete(waiter)
  }

  /** What is under the WebSocket. */
  get #stream(): Pick<Writable, 'writableLength' | 'writableNeedDrain' | 'once'> {
    return this.#connection.transport.socket?._socket ?? noStream
  }

  #whenDrained(): void {
    if (this.#stream.writableNeedDrain) this.#stream.once('drain', () => this.#wake())
  }

  #wake(): void {
    if (this.isFull) return this.#whenDrained()
    if (this.#waiters.size === 0) return
    const waiting = [...this.#waiters]
    this.#waiters.clear()
    for (const waiter of waiting) waiter.hasRoom()
  }
}

/** Of a client that polls, or is gone. */
const noStream = {
  writableLength: 0,
  writableNeedDrain: false,
  once: () => noStream as never,
}
