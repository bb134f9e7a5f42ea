import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket as NetSocket } from 'node:net'
import type { Cancel, Clock } from '@baro/core/broker'
import type { Framing, SessionLink, Socket } from '../../ports/socket.ts'
import { sseHeartbeat, sseRetry } from './sse-framing.ts'
import { bytesLeft } from './unread-answer.ts'
import { writeOut } from './write-out.ts'

/** The socket of an event stream, with what only this transport can say. */
export interface SseSocket extends Socket {
  /** Writes a comment, so that proxies do not give up. */
  heartbeat(): void
  /** Asks the browser to wait before it comes back. */
  drain(reconnectInMs: number): void
  /** Tells `link` from now on what happens to the stream. */
  tell(link: SessionLink): void
}

/** The shortest `retry:`. A browser uses it after every later drop too, so a short one would make it hammer the hub. */
const shortestRetryMs = 1_000

/** What an event stream works with. */
export interface SseParts {
  readonly clock: Clock
  readonly heartbeatIntervalMs: number
}

/**
 * Turns an answer into an event stream. The head goes through Node. After it, bytes go to the connection itself: many
 * messages in one write, and the same buffer for every reader. So the body is not chunked, and ends with the connection
 * (RFC 9112 §6.3): chunks would have to be framed for each reader.
 */
export function openSse(
  request: IncomingMessage,
  response: ServerResponse,
  framing: Framing,
  parts: SseParts,
): SseSocket {
  response.removeHeader('transfer-encoding')
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    // Without it nginx and similar proxies would buffer messages that must arrive at once.
    'x-accel-buffering': 'no',
    connection: 'close',
  })
  response.flushHeaders()
  return new OpenSse(request.socket, framing, parts)
}

class OpenSse implements SseSocket {
  readonly framing: Framing
  readonly #stream: NetSocket
  readonly #parts: SseParts
  #stopWatching: Cancel | undefined
  #drained: () => void = () => {}

  constructor(stream: NetSocket, framing: Framing, parts: SseParts) {
    this.#stream = stream
    this.framing = framing
    this.#parts = parts
  }

  get waitingBytes(): number {
    return this.#stream.writableLength
  }

  write(pieces: readonly Uint8Array[]): void {
    if (!this.#stream.writable) return
    writeOut(this.#stream, pieces, this.#drained)
    this.#watch()
  }

  close(): void {
    this.#stream.end()
    this.#watch()
    // A stream that was refused is told to nobody, and its wait would keep its connection in memory.
    this.#stream.once('close', () => this.#stopWatching?.())
  }

  heartbeat(): void {
    this.write([sseHeartbeat])
  }

  drain(reconnectInMs: number): void {
    this.write([sseRetry(Math.max(reconnectInMs, shortestRetryMs))])
  }

  tell(link: SessionLink): void {
    const closed = () => {
      this.#stopWatching?.()
      link.closed()
    }
    // The stream may be closed already: nobody listened while the client was authenticated.
    if (this.#stream.closed) return closed()
    this.#drained = () => link.drained()
    this.#stream.on('drain', this.#drained)
    this.#stream.on('close', closed)
  }

  /**
   * Closes a stream that takes nothing of what waits for 2 heartbeat intervals. Its client cannot be asked for a sign
   * of life.
   */
  #watch(): void {
    if (this.#stopWatching || (this.waitingBytes === 0 && this.#stream.writable) || this.#stream.destroyed) return
    const left = bytesLeft(this.#stream)
    const { clock, heartbeatIntervalMs } = this.#parts
    this.#stopWatching = clock.after(2 * heartbeatIntervalMs, () => {
      this.#stopWatching = undefined
      if (bytesLeft(this.#stream) === left) this.#stream.destroy()
      else this.#watch()
    })
  }
}
