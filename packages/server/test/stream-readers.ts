/** Readers of plain streams, without our client: an event stream, and a WebSocket that hands out texts. */
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { type ClientOptions, WebSocket } from 'ws'
import type { Asked } from './http-stage.ts'
import { Arrivals } from './network-client.ts'

/** One block of an event stream, up to its blank line. */
export interface SseBlock {
  readonly id?: string
  readonly data?: string
  readonly retry?: number
  readonly isComment?: true
}

/** Reads an event stream block by block. */
export class EventReader {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Settles when the stream has ended, or broken. */
  readonly ended: Promise<void>
  readonly #asking: ClientRequest
  readonly #response: IncomingMessage
  readonly #blocks = new Arrivals<SseBlock>()
  #text = ''

  private constructor(asking: ClientRequest, response: IncomingMessage) {
    this.#asking = asking
    this.#response = response
    this.status = response.statusCode ?? 0
    this.headers = response.headers
    response.setEncoding('utf8')
    response.on('data', (chunk) => this.#take(chunk))
    response.on('error', () => {})
    this.ended = new Promise((resolve) => response.on('close', resolve))
  }

  /** Opens a stream; settles with its head. */
  static open(url: string, { body, ...asked }: Asked = {}): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      const asking = request(url, { agent: false, ...asked })
      asking.on('error', reject)
      asking.on('response', (response) => resolve(new EventReader(asking, response)))
      asking.end(body)
    })
  }

  /** The next block. */
  next(): Promise<SseBlock> {
    return this.#blocks.next()
  }

  /** The next message, its data parsed; comments and bare positions are passed over. */
  async message(): Promise<StreamMessage> {
    for (;;) {
      const { data } = await this.next()
      if (data !== undefined) return JSON.parse(data) as StreamMessage
    }
  }

  /** Blocks that came and were not taken yet. */
  get unread(): number {
    return this.#blocks.count
  }

  /** Stops reading from the connection, so that what is sent waits at the other side. */
  pause(): void {
    this.#response.pause()
  }

  resume(): void {
    this.#response.resume()
  }

  abort(): void {
    this.#asking.destroy()
  }

  #take(chunk: string): void {
    this.#text += chunk
    for (let end = this.#text.indexOf('\n\n'); end >= 0; end = this.#text.indexOf('\n\n')) {
      this.#blocks.push(blockOf(this.#text.slice(0, end)))
      this.#text = this.#text.slice(end + 2)
    }
  }
}

/** A message of a plain stream. */
export interface StreamMessage {
  readonly type: string
  readonly payload: unknown
  readonly position?: string
  readonly offset?: number
  readonly id?: string
  readonly by?: string
}

function blockOf(text: string): SseBlock {
  const fields = text.split('\n').map((line) => /^([^:]*):? ?(.*)$/s.exec(line) ?? [])
  const valuesOf = (name: string) => fields.filter(([, field]) => field === name).map(([, , value]) => value ?? '')
  const [id] = valuesOf('id')
  const [retry] = valuesOf('retry')
  const data = valuesOf('data')
  return {
    ...(id === undefined ? undefined : { id }),
    ...(data.length === 0 ? undefined : { data: data.join('\n') }),
    ...(retry === undefined ? undefined : { retry: Number(retry) }),
    ...(text.startsWith(':') ? { isComment: true } : undefined),
  }
}

/** A WebSocket that hands out texts. */
export class TextSocket {
  readonly webSocket: WebSocket
  /** Close code and reason, once it is closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  readonly #heard = new Arrivals<string>()

  constructor(url: string, options: ClientOptions = {}) {
    this.webSocket = new WebSocket(url.replace(/^http/, 'ws'), options)
    this.webSocket.on('message', (data) => this.#heard.push(data.toString()))
    this.webSocket.on('error', () => {})
    this.closed = new Promise((resolve) => {
      this.webSocket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
  }

  /** Sends texts, as soon as it is open. */
  say(...texts: readonly string[]): void {
    const send = () => {
      for (const text of texts) this.webSocket.send(text)
    }
    if (this.webSocket.readyState === WebSocket.OPEN) send()
    else this.webSocket.once('open', send)
  }

  /** The next text. */
  next(): Promise<string> {
    return this.#heard.next()
  }

  /** The next text, parsed. */
  async message(): Promise<StreamMessage> {
    return JSON.parse(await this.next()) as StreamMessage
  }

  get unread(): number {
    return this.#heard.count
  }
}
