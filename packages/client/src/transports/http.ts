/**
 * Links over plain HTTP, for networks that let no WebSocket through. One `POST …/connect` is one session of the hub: it
 * carries the greeting and every subscription with its position, so any node answers any request and nothing is sticky.
 *
 * The link itself goes on from request to request: it follows the positions that pass through it, asks again from there,
 * and shows the client one unbroken connection. Publishes and requests go out by requests of their own, in order.
 */
import { type Cancel, type ClientMessage, type Clock, closeCodes, type ServerMessage, systemClock } from '@baro/core'
import type { Link, LinkEvents, Transport } from '../transport.ts'
import { connectUrl } from './connect-url.ts'
import { readEventStream } from './event-stream.ts'

/** What the HTTP transports take. */
export interface HttpTransportOptions {
  /** Default `globalThis.fetch`. */
  readonly fetch?: typeof fetch
  /** How long a poll waits before it asks again, in milliseconds. Default 3,000. */
  readonly pollIntervalMs?: number
  readonly clock?: Clock
}

type Subscribe = Extract<ClientMessage, { type: 'baro:subscribe' }>

/** A channel this link follows, and how far it has come. */
interface Followed {
  readonly message: Subscribe
  position: string | undefined
  isAnswered: boolean
}

/** How long a long poll is held by the hub, in seconds; below what proxies and browsers give up after. */
const waitSeconds = 25

const heartbeat: ServerMessage = { type: 'baro:heartbeat', payload: {} }

/** The hub's messages as one event stream: one held request, everything arrives at once. */
export function createSseTransport(options: HttpTransportOptions = {}): Transport {
  return httpTransport('sse', options)
}

/** Requests that the hub holds until there is something: for networks that buffer streams. */
export function createLongPollTransport(options: HttpTransportOptions = {}): Transport {
  return httpTransport('long-poll', options)
}

/** A request every few seconds: for networks that cut whatever takes long. */
export function createPollTransport(options: HttpTransportOptions = {}): Transport {
  return httpTransport('poll', options)
}

function httpTransport(rung: 'sse' | 'long-poll' | 'poll', options: HttpTransportOptions): Transport {
  return {
    rung,
    open(url, events) {
      return new HttpLink(rung, connectUrl(url), events, options)
    },
  }
}

class HttpLink implements Link {
  readonly #rung: 'sse' | 'long-poll' | 'poll'
  readonly #url: string
  readonly #events: LinkEvents
  readonly #fetch: typeof fetch
  readonly #clock: Clock
  readonly #pollIntervalMs: number
  readonly #followed = new Map<string, Followed>()
  #greeting: ClientMessage | undefined
  #claimsEpoch: string | undefined
  #commands: ClientMessage[] = []
  #isCommanding = false
  /** The request that reads; replaced when the subscriptions change. */
  #reading: AbortController | undefined
  #mustRead = false
  #cancelSoon: Cancel | undefined
  #cancelPoll: Cancel | undefined
  #isOver = false

  constructor(
    rung: 'sse' | 'long-poll' | 'poll',
    url: string,
    events: LinkEvents,
    // Called by its name: a browser refuses its own fetch as a method of something else.
    {
      fetch: fetchOption = (...request) => fetch(...request),
      clock = systemClock,
      pollIntervalMs = 3_000,
    }: HttpTransportOptions,
  ) {
    this.#rung = rung
    this.#url = url
    this.#events = events
    this.#fetch = fetchOption
    this.#clock = clock
    this.#pollIntervalMs = pollIntervalMs
    this.#cancelSoon = clock.soon(() => {
      this.#cancelSoon = undefined
      events.opened()
    })
  }

  send(message: ClientMessage): void {
    switch (message.type) {
      case 'baro:connect':
        this.#greeting = message
        this.#mustRead = true
        break
      case 'baro:subscribe': {
        const { channel, position } = message.payload
        this.#followed.set(channel, { message, position, isAnswered: false })
        this.#mustRead = true
        break
      }
      case 'baro:unsubscribe':
        // Nobody is told: the next request simply does not ask for it.
        this.#mustRead = this.#followed.delete(message.payload.channel)
        this.#tell({ type: 'baro:unsubscribed', payload: { channel: message.payload.channel } })
        break
      case 'baro:heartbeat':
        return
      default:
        this.#commands.push(message)
    }
    // Gathered: a client that connects says everything in one go, and it becomes one request.
    this.#cancelSoon ??= this.#clock.soon(() => {
      this.#cancelSoon = undefined
      this.#go()
    })
  }

  close(): void {
    this.#isOver = true
    this.#cancelSoon?.()
    this.#cancelPoll?.()
    this.#reading?.abort()
  }

  #go(): void {
    if (this.#isOver || !this.#greeting) return
    if (this.#mustRead) this.#read(this.#greeting)
    if (this.#commands.length > 0 && !this.#isCommanding) this.#command(this.#greeting)
  }

  #read(greeting: ClientMessage): void {
    this.#mustRead = false
    this.#cancelPoll?.()
    this.#reading?.abort()
    const abort = new AbortController()
    this.#reading = abort
    this.#readOnce(greeting, abort.signal).then(
      () => {
        if (abort.signal.aborted) return
        if (this.#rung === 'sse' && this.#followed.size > 0) return this.#end(1006, 'the stream ended')
        // A request that was answered is a sign of life, whatever was in it.
        this.#events.received(heartbeat)
        if (this.#followed.size === 0) return
        const readAgain = () => this.#read(greeting)
        if (this.#rung === 'poll') this.#cancelPoll = this.#clock.after(this.#pollIntervalMs, readAgain)
        else readAgain()
      },
      (error) => {
        if (!abort.signal.aborted) this.#fail(error)
      },
    )
  }

  async #readOnce(greeting: ClientMessage, signal: AbortSignal): Promise<void> {
    const followed = [...this.#followed.values()]
    const messages = [greeting, ...followed.map(subscribeAgain)]
    // The first request asks nothing but who is there, where nothing is followed yet.
    const wait = followed.length === 0 || this.#rung === 'poll' ? 0 : waitSeconds
    if (this.#rung === 'sse' && followed.length > 0) {
      const response = await this.#post(messages, '', signal)
      return readEventStream(response, (text) => {
        if (!signal.aborted) this.#take(JSON.parse(text) as ServerMessage)
      })
    }
    const answered = await this.#ask(messages, wait, signal)
    if (!signal.aborted) for (const message of answered) this.#take(message)
  }

  async #command(greeting: ClientMessage): Promise<void> {
    this.#isCommanding = true
    const commands = this.#commands
    this.#commands = []
    try {
      const wait = commands.some(({ type }) => type !== 'baro:signal') ? waitSeconds : 0
      for (const message of await this.#ask([greeting, ...commands], wait, undefined))
        if (message.type !== 'baro:connected') this.#tell(message)
      this.#isCommanding = false
      this.#go()
    } catch (error) {
      this.#fail(error)
    }
  }

  async #ask(
    messages: readonly ClientMessage[],
    wait: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly ServerMessage[]> {
    const response = await this.#post(messages, `?wait=${wait}`, signal)
    return ((await response.json()) as { messages: readonly ServerMessage[] }).messages
  }

  async #post(messages: readonly ClientMessage[], query: string, signal: AbortSignal | undefined): Promise<Response> {
    const response = await this.#fetch(this.#url + query, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages }),
      credentials: 'same-origin',
      cache: 'no-store',
      ...(signal ? { signal } : undefined),
    })
    if (!response.ok) throw new HttpFailure(response.status)
    return response
  }

  /** Passes on what is news to the client, and follows the positions in it. */
  #take(message: ServerMessage): void {
    switch (message.type) {
      case 'baro:connected':
        return this.#greeted(message)
      case 'baro:recovered':
        return this.#recovered(message)
      case 'baro:reset':
      case 'baro:publications': {
        const followed = this.#followed.get(message.payload.channel)
        if (followed) {
          followed.position = message.payload.position
          followed.isAnswered = true
        }
        break
      }
      case 'baro:unsubscribed':
        this.#followed.delete(message.payload.channel)
        break
      case 'baro:error':
        // A token that has expired while the link lived: the client comes back with a new one.
        if (message.payload.code === 'unauthenticated') return this.#end(1006, message.payload.code)
        if (message.payload.channel !== undefined && message.payload.attempt !== undefined)
          this.#followed.delete(message.payload.channel)
        break
      case 'baro:drain':
        this.#tell(message)
        return this.#end(closeCodes.drain, '')
    }
    this.#tell(message)
  }

  #greeted(message: Extract<ServerMessage, { type: 'baro:connected' }>): void {
    const { claimsEpoch } = message.payload
    if (this.#claimsEpoch === undefined) {
      this.#claimsEpoch = claimsEpoch
      this.#tell(message)
    } else if (this.#claimsEpoch !== claimsEpoch) this.#end(1006, 'the hub was replaced')
  }

  #recovered({ payload }: Extract<ServerMessage, { type: 'baro:recovered' }>): void {
    const followed = this.#followed.get(payload.channel)
    if (followed?.message.payload.attempt !== payload.attempt) return
    const { channel, follows, position, publications } = payload
    followed.position = position
    if (!followed.isAnswered) this.#tell({ type: 'baro:recovered', payload })
    else if (publications.length > 0)
      this.#tell({ type: 'baro:publications', payload: { channel, follows, position, publications } })
    followed.isAnswered = true
  }

  #tell(message: ServerMessage): void {
    if (!this.#isOver) this.#events.received(message)
  }

  #fail(error: unknown): void {
    const status = error instanceof HttpFailure ? error.status : 0
    this.#end(status === 401 || status === 403 ? closeCodes.unauthenticated : 1006, String(error))
  }

  #end(code: number, reason: string): void {
    if (this.#isOver) return
    this.close()
    this.#events.closed(code, reason)
  }
}

class HttpFailure extends Error {
  readonly status: number
  constructor(status: number) {
    super(`the hub answered ${status}`)
    this.status = status
  }
}

function subscribeAgain({ message, position }: Followed): ClientMessage {
  return { type: message.type, payload: { ...message.payload, ...(position === undefined ? undefined : { position }) } }
}
