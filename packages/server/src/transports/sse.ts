import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Framing, SessionLink, Socket } from '../ports/socket.ts'
import { sseHeartbeat, sseRetry } from './sse-framing.ts'
import { writeOut } from './write-out.ts'

/** The two ends of an event stream: what the hub writes to, and what only this transport can say. */
export interface SseLink {
  readonly socket: Socket
  heartbeat(): void
  drain(reconnectInMs: number): void
  /** Tells `link` what happens to the stream. */
  tell(link: SessionLink): void
}

/**
 * Turns an answer into an event stream. The head goes through Node; after it, bytes go to the connection itself, many
 * messages in one write and the same buffer for every reader. That is why the body ends with the connection instead of
 * being chunked (RFC 9112 §6.3): chunks would have to be framed for each reader.
 */
export function openSse(request: IncomingMessage, response: ServerResponse, framing: Framing): SseLink {
  response.removeHeader('transfer-encoding')
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    // nginx and its relatives would collect what must arrive at once.
    'x-accel-buffering': 'no',
    connection: 'close',
  })
  response.flushHeaders()
  const stream: Duplex = request.socket
  let isClosed = false
  let drained = (): void => {}
  const write = (bytes: Uint8Array): void => {
    if (!isClosed && !stream.destroyed) writeOut(stream, bytes, drained)
  }
  return {
    socket: {
      framing,
      get waitingBytes() {
        return stream.writableLength
      },
      write,
      close() {
        isClosed = true
        stream.end()
      },
    },
    heartbeat: () => write(sseHeartbeat),
    drain: (reconnectInMs) => write(sseRetry(reconnectInMs)),
    tell(link) {
      drained = () => link.drained()
      stream.on('drain', drained)
      stream.once('close', () => {
        isClosed = true
        stream.off('drain', drained)
        link.closed()
      })
    },
  }
}
