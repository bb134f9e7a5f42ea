/**
 * What is used of the insides of Socket.IO 4.8: the version is pinned, and this file is all that a new one can break.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Namespace, Server, Socket } from 'socket.io'
import type { WebSocket } from 'ws'

/** A packet of the protocol, as far as a broadcast has one. */
export interface Packet {
  readonly type: number
  readonly data: readonly [type: string, ...args: unknown[]]
  readonly nsp?: string
  readonly id?: number
}

/** How a packet is written. */
export interface WriteOptions {
  readonly preEncoded: true
  readonly volatile: boolean | undefined
  readonly compress: boolean | undefined
  /** The whole frame of a WebSocket, made once for all, in pieces. */
  wsPreEncodedFrame?: readonly Uint8Array[]
}

/** A WebSocket from within: whole frames are written to the connection under it. */
export type InnerWebSocket = WebSocket & { readonly _socket: Duplex | null }

/** A connection of Engine.IO: one client, whatever transport it uses. */
export interface Connection {
  readonly readyState: 'opening' | 'open' | 'closing' | 'closed'
  readonly request: IncomingMessage
  readonly transport: { readonly name: string; readonly socket?: InnerWebSocket }
  readonly writeBuffer: readonly unknown[]
  on(event: 'packet', run: (packet: { readonly type: string; readonly data?: string | Uint8Array }) => void): void
  on(event: 'packetCreate', run: (packet: { readonly type: string }) => void): void
  on(event: 'drain' | 'heartbeat', run: () => void): void
  once(event: 'close', run: () => void): void
  /** @param discard Does not wait for what is to be written. */
  close(discard?: boolean): void
}

/** One client with its sockets in several namespaces. */
export interface Client {
  readonly conn: Connection
  writeToEngine(encoded: readonly unknown[], options: WriteOptions): void
}

/** A socket from within. */
export interface InnerSocket {
  readonly id: string
  pid: string
  readonly connected: boolean
  readonly client: Client
  notifyOutgoingListeners(packet: Packet): void
  _onerror(error: Error): void
  _onclose(reason: string): void
}

/** A namespace from within. */
export interface InnerNamespace {
  readonly name: string
  readonly server: Server
  readonly sockets: ReadonlyMap<string, Socket>
  use(middleware: (socket: Socket, next: (error?: Error) => void) => void): void
  _createSocket(client: Client, auth: Readonly<Record<string, unknown>>): Promise<Socket>
}

export function innerSocket(socket: Socket): InnerSocket {
  return socket as unknown as InnerSocket
}

export function innerNamespace(namespace: Namespace): InnerNamespace {
  return namespace as unknown as InnerNamespace
}

/** Sends a file of the client, such as `socket.io.js`. */
export function serveFile(io: Server, name: string, request: IncomingMessage, response: ServerResponse): void {
  ;(io as unknown as { serve(name: string, request: IncomingMessage, response: ServerResponse): void }).serve(
    name,
    request,
    response,
  )
}

/** The timers of an adapter that counts the nodes. */
export function clusterTimers(adapter: object): {
  readonly cleanupTimer: NodeJS.Timeout | undefined
  readonly heartbeatTimer: NodeJS.Timeout | undefined
} {
  return adapter as unknown as ReturnType<typeof clusterTimers>
}
