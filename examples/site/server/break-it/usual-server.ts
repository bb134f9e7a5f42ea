import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Hub } from '@baro/server'
import { WebSocketServer } from 'ws'
import { board } from '../../channels/board.ts'
import { isOwnOrigin } from '../own-origin.ts'

/** So many readers at once, and so many bytes that one of them may leave unread. */
const maxReaders = 500
const maxUnreadBytes = 256 * 1024

/** The server of the usual way: whoever has a socket gets what happens from then on. */
export interface UsualServer {
  readonly readers: number
  takeUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void
  /** Ends all sockets, as the end of a process does. */
  close(): void
}

/** Broadcasts what a hub publishes, as tutorials do. */
export function createUsualServer(hub: Hub): UsualServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1_024 })
  const follower = hub.open()
  follower.follow(board(), 'now', {
    delivered({ publications }) {
      for (const publication of publications)
        for (const socket of sockets.clients) {
          if (socket.bufferedAmount > maxUnreadBytes) socket.terminate()
          else socket.send(JSON.stringify(publication))
        }
    },
    reset() {},
    failed() {},
  })
  return {
    get readers() {
      return sockets.clients.size
    },
    takeUpgrade(request, stream, head) {
      const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      if (!isOwnOrigin(headers) || sockets.clients.size >= maxReaders) {
        stream.on('error', () => {})
        stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => stream.destroy())
        return
      }
      sockets.handleUpgrade(request, stream, head, (socket) => socket.on('error', () => {}))
    },
    close() {
      follower.end()
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
    },
  }
}
