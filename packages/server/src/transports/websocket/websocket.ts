import { type IncomingMessage, STATUS_CODES } from 'node:http'
import { Socket as Connection } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Log } from '@baro/core'
import type { Cancel, Clock } from '@baro/core/broker'
import { quote } from '@baro/core/protocol'
import type { Framing, Handshake, SessionLink, Socket } from '../../ports/socket.ts'
import type { FairTurns } from '../http/fair-turns.ts'
import { writeOut } from '../http/write-out.ts'
import { acceptDeflateOffer } from './deflate-offer.ts'
import { createDeflatedFraming } from './deflated-framing.ts'
import { MeteredReading, type ReadFrom } from './metered-reading.ts'
import { openingAnswer, wrongHandshake } from './opening-handshake.ts'
import { connectionOf, takesStraight, writeStraight } from './straight.ts'
import { closeFrame, pingFrame, pongFrame, webSocketFraming } from './websocket-frame.ts'

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
 * WebSocket: the hub answers the handshake, writes its frames, many at once, and reads simple messages. `ws` reads all other
 * frames. Compression is agreed and done here too: `ws` would compress for each client, and keep a window for each client
 * that compresses.
 */
export function createWebSocketTransport(rules: WebSocketRules): WebSocketTransport {
  const { compressFromBytes, log } = rules
  const deflatedFraming = compressFromBytes === undefined ? undefined : createDeflatedFraming(compressFromBytes)
  let isLogged = false
  return {
    upgrade({ request: { headers }, stream, head, handshake: { address } }, connect) {
      // Its client is gone already.
      if (!stream.readable || !stream.writable) return void stream.destroy()
      const wrong = wrongHandshake(headers)
      if (wrong) return refuseUpgrade(stream, wrong.status, wrong.reason, wrong.headers)
      const asked = headers['sec-websocket-protocol']
      if (asked !== undefined && !isLogged) {
        isLogged = true
        log.warn({}, noSubprotocol(asked))
      }
      const extension = deflatedFraming && acceptDeflateOffer(headers['sec-websocket-extensions'])
      const framing = (extension !== undefined && deflatedFraming) || webSocketFraming
      if (stream instanceof Connection) {
        // A server may end connections on which nothing is asked for a while (`server.timeout`). A WebSocket may be quiet.
        stream.setTimeout(0)
        stream.setNoDelay(true)
      }
      if (head.length > 0) stream.unshift(head)
      const socket = new OpenWebSocket(rules, stream, framing, address)
      socket.write([Buffer.from(openingAnswer(headers['sec-websocket-key'] ?? '', extension), 'latin1')])
      socket.open(connect(socket))
    },
  }
}

/** Why a browser closes what it has just opened: it reports 1006 and nothing else. */
function noSubprotocol(asked: string): string {
  return `A client asked for the WebSocket subprotocol ${quote(asked)}. The hub speaks none, so a browser closes the connection with 1006. Open it with new WebSocket(url) alone.`
}

/** How long a client may take to answer a close frame, or to end its side of the connection. */
const closeTimeoutMs = 30_000

/** How a connection ends that no close frame has ended (RFC 6455 §7.1.5), and what a close frame says without a code. */
const [abnormal, noCode] = [1006, 1005]

/**
 * One WebSocket.
 *
 *   open ── the hub closes: its close frame ──▶ closing ── the client's close frame, its end, or 30 s ──▶ ended
 *     └──── the client's close frame, a broken frame: the hub's close frame, and its end ──▶ the client's end, or 30 s ──▶ ended
 */
class OpenWebSocket implements WebSocketSocket, ReadFrom {
  readonly framing: Framing
  readonly stream: Duplex
  readonly address: string | undefined
  readonly #rules: WebSocketRules
  readonly #connection: Connection | undefined
  #link: SessionLink | undefined
  #reading: MeteredReading | undefined
  /** Bytes that went past the stream, and that the kernel has had no room for yet. */
  #straightBytes = 0
  /** Nothing may follow a close frame (RFC 6455 §5.5.1). */
  #isOpen = true
  #isDrainHeard = false
  #isAsked = false
  #code = abnormal
  #reason = ''
  /** What the next pong answers, while there is no room for it. */
  #ping: Buffer | undefined
  #cancelClosing: Cancel | undefined
  #heard: ((text: string) => void) | undefined

  constructor(rules: WebSocketRules, stream: Duplex, framing: Framing, address: string | undefined) {
    this.#rules = rules
    this.stream = stream
    this.#connection = connectionOf(stream)
    this.framing = framing
    this.address = address
  }

  /** Begins to read. */
  open(link: SessionLink): void {
    this.#link = link
    this.#reading = new MeteredReading(this.#rules, this)
    const { stream } = this
    stream.on('end', () => this.#end())
    stream.on('close', () => this.#gone())
  }

  /** Everything written has left. A field, because it is given to each write. */
  readonly #drained = (): void => {
    const ping = this.#ping
    this.#ping = undefined
    if (ping) this.pinged(ping)
    this.#link?.drained()
  }

  get link(): SessionLink {
    if (!this.#link) throw new Error('A WebSocket is read before it has a link.')
    return this.#link
  }

  get isDeflated(): boolean {
    return this.framing !== webSocketFraming
  }

  get waitingBytes(): number {
    return this.stream.writableLength + this.#straightBytes
  }

  write(pieces: readonly Uint8Array[]): void {
    if (!this.#isOpen) return
    const [only] = pieces
    const connection = this.#connection
    if (only && pieces.length === 1 && connection && takesStraight(connection)) this.#writeStraight(connection, only)
    else this.#writeThrough(pieces)
  }

  #writeThrough(pieces: readonly Uint8Array[]): void {
    const { stream } = this
    // Heard from here on only, because most connections never need it.
    if (!this.#isDrainHeard) stream.on('drain', this.#drained)
    this.#isDrainHeard = true
    writeOut(stream, pieces, this.#drained)
  }

  #writeStraight(connection: Connection, bytes: Uint8Array): void {
    const { length } = bytes
    let isLater = false
    this.#straightBytes += length
    writeStraight(connection, bytes, () => {
      this.#straightBytes -= length
      if (isLater) this.#drained()
    })
    isLater = true
  }

  close(code: number, reason: string): void {
    this.#close(code, reason)
  }

  ping(): void {
    // While nothing is read from it, its silence says nothing.
    if (this.#isAsked && this.#reading?.isWaiting) return
    if (this.#isAsked) return void this.stream.destroy()
    this.#isAsked = true
    this.write([pingFrame('')])
  }

  onPong(run: (text: string) => void): void {
    this.#heard = run
  }

  message(data: string | Uint8Array): void {
    this.link.receive(data)
  }

  pinged(payload: Buffer): void {
    if (!this.#isOpen) return
    // Who pings and does not read is answered once (RFC 6455 §5.5.3), so that no pongs gather.
    if (this.waitingBytes === 0) this.write([pongFrame(payload)])
    else this.#ping = payload
  }

  ponged(payload: Buffer): void {
    this.#isAsked = false
    this.#heard?.(payload.toString())
  }

  closed(code: number, reason: string): void {
    this.#code = code
    this.#reason = reason
    this.#close(code === noCode ? undefined : code, reason)
    this.#over()
  }

  broken(code: number): void {
    this.#close(code, '')
    this.#over()
  }

  /** Says the close frame, if it was not said yet. */
  #close(code: number | undefined, reason: string): void {
    if (!this.#isOpen) return
    this.stream.write(closeFrame(code, reason))
    this.#closing()
  }

  #closing(): void {
    this.#isOpen = false
    this.#cancelClosing ??= this.#rules.clock.after(closeTimeoutMs, () => this.stream.destroy())
  }

  #over(): void {
    this.#reading?.over()
    this.stream.end()
  }

  /** The client has ended its side. */
  #end(): void {
    this.#closing()
    this.stream.end()
  }

  #gone(): void {
    this.#isOpen = false
    this.#cancelClosing?.()
    this.#reading?.gone()
    this.#link?.closed(this.#code, this.#reason)
  }
}

/** Refuses an upgrade with an answer, so that no socket hangs. */
export function refuseUpgrade(stream: Duplex, status: number, reason: string, headers = ''): void {
  const body = `${reason}\n`
  // Both halves are closed: a client that never closes its half would keep the socket for ever.
  stream.once('finish', () => stream.destroy())
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\n${headers}Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
