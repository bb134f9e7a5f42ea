/** Clients on a real network: one that speaks correct WebSocket, and one that writes any bytes. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Json } from '@baro/core'
import type { ServerMessage } from '@baro/core/protocol'
import { type ClientOptions, WebSocket } from 'ws'

/** Hands out what came, in order, to those who wait for it. */
export class Arrivals<T> {
  readonly #came: T[] = []
  #tell: () => void = () => {}

  push(item: T): void {
    this.#came.push(item)
    this.#tell()
  }

  async next(): Promise<T> {
    while (this.#came.length === 0) await new Promise<void>((resolve) => (this.#tell = resolve))
    return this.#came.shift() as T
  }

  get count(): number {
    return this.#came.length
  }
}

/** A WebSocket client that hands out what it hears one by one. */
export class NetworkClient {
  readonly webSocket: WebSocket
  /** Close code and reason, once it is closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  readonly #heard = new Arrivals<ServerMessage>()

  constructor(url: string, options: ClientOptions = {}) {
    this.webSocket = new WebSocket(url, options)
    this.webSocket.on('message', (data) => this.#heard.push(JSON.parse(data.toString()) as ServerMessage))
    this.webSocket.on('error', () => {})
    this.closed = new Promise((resolve) => {
      this.webSocket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
  }

  /** Opens a socket, says connect, and waits for the answer. */
  static async connect(url: string, options: ClientOptions = {}): Promise<NetworkClient> {
    const client = new NetworkClient(url, options)
    await once(client.webSocket, 'open')
    await client.ask('baro:connect', { protocol: 1, client: randomBytes(8).toString('hex') })
    return client
  }

  send(type: string, payload: Json): void {
    this.webSocket.send(JSON.stringify({ type, payload }))
  }

  /** Sends a message and waits for the next that comes. */
  ask(type: string, payload: Json): Promise<ServerMessage> {
    this.send(type, payload)
    return this.next()
  }

  /** The next message, waited for. */
  next(): Promise<ServerMessage> {
    return this.#heard.next()
  }

  /** Messages that came and were not taken yet. */
  get unread(): number {
    return this.#heard.count
  }
}

/** What a frame of RFC 6455 §5.2 is made of; by default a text frame as a client has to send it. */
export interface FrameParts {
  readonly opcode?: number
  readonly fin?: boolean
  readonly masked?: boolean
  /** The three reserved bits. */
  readonly reserved?: number
  readonly payload?: string | Uint8Array
}

/** Writes one frame, right or wrong. */
export function frame({ opcode = 1, fin = true, masked = true, reserved = 0, payload = '' }: FrameParts): Buffer {
  const bytes = Buffer.from(payload as string)
  const length = bytes.length < 126 ? [bytes.length] : [126, bytes.length >> 8, bytes.length & 255]
  const [first = 0, ...rest] = length
  const mask = masked ? [1, 2, 3, 4] : []
  return Buffer.from([
    (fin ? 0x80 : 0) | (reserved << 4) | opcode,
    (masked ? 0x80 : 0) | first,
    ...rest,
    ...mask,
    ...bytes.map((byte, index) => (masked ? byte ^ (mask[index % 4] ?? 0) : byte)),
  ])
}

/** A TCP connection that a test writes bytes to. */
export class RawClient {
  readonly socket: Socket
  /** Everything that came until the other side ended it. */
  readonly ended: Promise<Buffer>
  readonly #chunks: Buffer[] = []
  #tell: () => void = () => {}

  /** @param isStubborn Keeps its half of the connection open when the other side has ended its own. */
  constructor(port: number, isStubborn = false) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: isStubborn })
    this.socket.on('error', () => {})
    this.socket.on('data', (chunk) => {
      this.#chunks.push(chunk)
      this.#tell()
    })
    this.ended = new Promise((resolve) => this.socket.on('close', () => resolve(this.#received())))
  }

  /** Asks for a WebSocket, and waits for the answer's first line. */
  static async upgrade(
    port: number,
    path: string,
    headers = '',
    isStubborn = false,
  ): Promise<{ raw: RawClient; status: string }> {
    const raw = new RawClient(port, isStubborn)
    raw.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${headers}\r\n`,
    )
    const head = await Promise.race([raw.until('\r\n\r\n'), raw.ended])
    return { raw, status: head.toString().split('\r\n')[0] ?? '' }
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(bytes)
  }

  /** Waits until this has come, and returns everything up to it. */
  async until(text: string | Uint8Array): Promise<Buffer> {
    for (;;) {
      const at = this.#received().indexOf(text)
      if (at >= 0) return this.#received().subarray(0, at + Buffer.from(text as string).length)
      await new Promise<void>((resolve) => (this.#tell = resolve))
    }
  }

  #received(): Buffer {
    return Buffer.concat(this.#chunks)
  }
}
