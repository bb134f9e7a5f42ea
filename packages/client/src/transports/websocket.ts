import { BaroError } from '@baro/core'
import { liftBytes, readFrame, readJson, type ServerMessage } from '@baro/core/protocol'
import type { Transport } from '../ports/transport.ts'
import { connectUrl } from './connect-url.ts'

/** What the transport needs of a WebSocket; the browser's has it, and so has that of `ws`. */
export interface WebSocketLike {
  binaryType: string
  send(data: string | Blob): void
  close(code?: number, reason?: string): void
  onopen: ((event: never) => unknown) | null
  onmessage: ((event: never) => unknown) | null
  onclose: ((event: never) => unknown) | null
  onerror: ((event: never) => unknown) | null
}

/** What `createWebSocketTransport` takes. */
export interface WebSocketTransportOptions {
  /** The class to make sockets with. Default `globalThis.WebSocket`, which Node has from version 22. */
  readonly WebSocket?: new (
    url: string,
  ) => WebSocketLike
}

/**
 * Links over WebSocket.
 *
 * @example
 * ```ts
 * import { WebSocket } from 'ws' // Node 20
 * const client = createClient({ url: 'http://localhost:3000/baro', transport: createWebSocketTransport({ WebSocket }) })
 * ```
 */
export function createWebSocketTransport(options: WebSocketTransportOptions = {}): Transport {
  return {
    rung: 'websocket',
    open(url, events) {
      const { WebSocket = globalThis.WebSocket }: WebSocketTransportOptions = options
      if (!WebSocket)
        throw new BaroError('bad-definition', 'No WebSocket here. Pass createWebSocketTransport({ WebSocket }).')
      const socket = new WebSocket(connectUrl(url).replace(/^http/, 'ws'))
      socket.binaryType = 'arraybuffer'
      socket.onopen = events.opened
      socket.onmessage = ({ data }: { readonly data: string | ArrayBuffer }) => {
        let message: ServerMessage
        try {
          message = (typeof data === 'string' ? readJson(data) : readFrame(data)) as ServerMessage
        } catch {
          return socket.close()
        }
        events.received(message)
      }
      socket.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) =>
        events.closed(code, reason)
      // `close` follows each error; without a listener the sockets of `ws` would throw it.
      socket.onerror = () => {}
      return {
        send(message) {
          const { header, attachments } = liftBytes(message)
          socket.send(attachments[0] ? new Blob([header, '\n', ...attachments]) : header)
        },
        close() {
          socket.onopen = socket.onmessage = socket.onclose = null
          socket.close(1000)
        },
      }
    },
  }
}
