import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket as Connection } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Log } from '@baro/core'
import type { Clock } from '@baro/core/broker'
import { quote } from '@baro/core/protocol'
import type { WebSocket } from 'ws'
import type { Framing, Handshake, SessionLink, Socket } from '../../ports/socket.ts'
import type { FairTurns } from '../http/fair-turns.ts'
import { writeOut } from '../http/write-out.ts'
import { acceptDeflateOffer } from './deflate-offer.ts'
import { createDeflatedFraming } from './deflated-framing.ts'
import { inflateMessagesOf } from './inflater.ts'
import { MeteredReading } from './metered-reading.ts'
import { connectionOf, takesStraight, writeStraight } from './straight.ts'
import { webSocketFraming } from './websocket-frame.ts'
import { createWebSocketServer } from './ws.ts'

/** Opens WebSockets on upgraded connections. */
export interface WebSocketTransport {
  /** Completes the handshake, and calls `connect` with the open socket. */
  upgrade(upgrade: Upgrade, connect: (socket: WebSocketSocket) => SessionLink): void
}

/** A request for an upgrade. */
export interface Upgrade {
  readonly request: IncomingMessage
  readonly stream: Duplex
  readonly head: Buffer
  readonly handshake: Handshake
}

/** A socket that can also ask the client for a sign of life (RFC 6455 §5.5.2). Every WebSocket client answers. */
export interface WebSocketSocket extends Socket {
  /** Sends a ping. If the one before it is still unanswered, nobody is there, and the link ends. */
  ping(): void
  /** Calls `run` with the text of each answer to a ping. */
  onPong(run: (text: string) => void): void
}

/** What a hub's WebSockets agree to. */
export interface WebSocketRules {
  readonly clock: Clock
  readonly turns: FairTurns
  readonly maxMessageBytes: number
  /** Messages from this many bytes are compressed; `undefined` if none is. */
  readonly compressFromBytes: number | undefined
  readonly log: Log
}

/**
 * WebSocket over `ws`, which does the handshake and reads frames. The hub writes its frames to the stream under it,
 * many at once. Both write whole frames, so they never mix. Compression is agreed and done here too: `ws` would
 * compress for each client, and keep a window for each client that compresses.
 */
export function createWebSocketTransport(rules: WebSocketRules): WebSocketTransport {
  const { maxMessageBytes, compressFromBytes, log } = rules
  let isLogged = false
  const server = createWebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    // The hub speaks no subprotocol. To name the one that was asked for would promise to speak it (RFC 6455 §4.2.2).
    handleProtocols: (protocols) => {
      if (!isLogged) log.warn({}, noSubprotocol(protocols))
      isLogged = true
      return false
    },
  })
  const deflatedFraming = compressFromBytes === undefined ? undefined : createDeflatedFraming(compressFromBytes)
  const accept = ({ headers }: IncomingMessage) =>
    deflatedFraming && acceptDeflateOffer(headers['sec-websocket-extensions'])
  server.on('headers', (lines, request) => {
    const accepted = accept(request)
    if (accepted !== undefined) lines.push(`Sec-WebSocket-Extensions: ${accepted}`)
  })
  return {
    upgrade({ request, stream, head, handshake: { address } }, connect) {
      server.handleUpgrade(request, stream, head, (webSocket) => {
        const isDeflated = accept(request) !== undefined
        const framing = (isDeflated && deflatedFraming) || webSocketFraming
        const socket = new OpenWebSocket(webSocket, stream, framing)
        const link = connect(socket)
        const reading = new MeteredReading({ ...rules, address }, webSocket, stream, link)
        if (isDeflated) inflateMessagesOf(webSocket, maxMessageBytes, reading)
        socket.reading = reading
        passOn(webSocket, stream, socket, link, reading)
      })
    },
  }
}

/** Why a browser closes what it has just opened: it reports 1006 and nothing else. */
function noSubprotocol(protocols: ReadonlySet<string>): string {
  return `A client asked for the WebSocket subprotocol ${quote([...protocols].join(', '))}. The hub speaks none, so a browser closes the connection with 1006. Open it with new WebSocket(url) alone.`
}

class OpenWebSocket implements WebSocketSocket {
  readonly framing: Framing
  readonly #webSocket: WebSocket
  readonly #stream: Duplex
  readonly #connection: Connection | undefined
  /** Bytes that went past the stream, and that the kernel has had no room for yet. */
  #straightBytes = 0
  #isAsked = false
  reading: MeteredReading | undefined
  /** Called when everything written has left. */
  drained: () => void = ignore

  constructor(webSocket: WebSocket, stream: Duplex, framing: Framing) {
    this.#webSocket = webSocket
    this.#stream = stream
    this.#connection = connectionOf(stream)
    this.framing = framing
  }

  get waitingBytes(): number {
    return this.#stream.writableLength + this.#straightBytes
  }

  write(pieces: readonly Uint8Array[]): void {
    // Nothing may follow a close frame (RFC 6455 §5.5.1).
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return
    const [only] = pieces
    const connection = this.#connection
    if (only && pieces.length === 1 && connection && takesStraight(connection)) this.#writeStraight(connection, only)
    else writeOut(this.#stream, pieces, this.drained)
  }

  #writeStraight(connection: Connection, bytes: Uint8Array): void {
    const { length } = bytes
    let isLater = false
    this.#straightBytes += length
    writeStraight(connection, bytes, () => {
      this.#straightBytes -= length
      if (isLater) this.drained()
    })
    isLater = true
  }

  close(code: number, reason: string): void {
    // A close frame holds 123 bytes of reason (RFC 6455 §5.5).
    const bytes = Buffer.from(reason).subarray(0, 123)
    this.#webSocket.close(code, bytes.toString().replace(/\uFFFD$/, ''))
  }

  ping(): void {
    // While nothing is read from it, its silence says nothing.
    if (this.#isAsked && this.reading?.isWaiting) return
    if (this.#isAsked) return this.#webSocket.terminate()
    this.#isAsked = true
    this.#webSocket.once('pong', () => {
      this.#isAsked = false
    })
    this.#webSocket.ping()
  }

  onPong(run: (text: string) => void): void {
    this.#webSocket.on('pong', (data) => run(data.toString()))
  }
}

/**
 * Passes on what happens. A function of its own: closures in `upgrade` would keep its request as long as the listeners.
 */
function passOn(
  webSocket: WebSocket,
  stream: Duplex,
  socket: OpenWebSocket,
  link: SessionLink,
  reading: MeteredReading,
): void {
  socket.drained = () => link.drained()
  webSocket.on('message', (data, isBinary) => {
    // `ws` gives one Buffer, because nobody sets another `binaryType`.
    link.receive(isBinary ? (data as Buffer) : data.toString())
  })
  webSocket.on('close', (code, reason) => link.closed(code, reason.toString()))
  // Before `error`, `ws` has answered a broken frame with a close code (1002, 1007, 1009). `close` follows.
  webSocket.on('error', () => reading.throwAway())
  stream.on('drain', socket.drained)
}

function ignore(): void {}

/** Refuses an upgrade with an answer, so that no socket hangs. */
export function refuseUpgrade(stream: Duplex, status: number, reason: string): void {
  const body = `${reason}\n`
  // Both halves are closed: a client that never closes its half would keep the socket for ever.
  stream.once('finish', () => stream.destroy())
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
