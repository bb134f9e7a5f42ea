/**
 * Links over plain HTTP, for networks that let no WebSocket through. One `POST …/connect` is one session of the hub: it
 * carries the greeting and every subscription with its position, so any node answers any request and nothing is sticky.
 *
 * The link itself goes on from request to request: it follows the positions that pass through it, asks again from there,
 * and shows the client one unbroken connection. Publishes and requests go out by requests of their own, in order.
 */
import {
  type Cancel,
  type ClientMessage,
  type Clock,
  drainCode,
  readJson,
  type ServerMessage,
  systemClock,
  unauthenticatedCode,
  writeJson,
} from '@baro/core'
import type { Link, LinkEvents, Rung, Transport } from '../transport.ts'
import { connectUrl } from './connect-url.ts'
import { readEventStream } from './event-stream.ts'

/** What `createHttpTransport` takes besides its rung. */
export interface HttpTransportOptions {
  /** Default `globalThis.fetch`. */
  readonly fetch?: typeof fetch
  /** How long a poll waits before it asks again, in milliseconds. Default 3,000. */
  readonly pollIntervalMs?: number
  readonly clock?: Clock
}

/** The rungs that need no WebSocket. */
export type HttpRung = Exclude<Rung, 'websocket'>

/** How long a long poll is held by the hub, in seconds; below what proxies and browsers give up after. */
const waitSeconds = 25

const heartbeat: ServerMessage = { type: 'baro:heartbeat', payload: {} }

/**
 * Links over plain HTTP, of one of three kinds.
 *
 * - `sse`: the hub's messages as one event stream; everything arrives at once.
 * - `long-poll`: requests that the hub holds until there is something, for networks that buffer streams.
 * - `poll`: a request every few seconds, for networks that cut whatever takes long.
 */
export function createHttpTransport(rung: HttpRung, options: HttpTransportOptions = {}): Transport {
  return {
    rung,
    open: (url, events) => openLink(rung, connectUrl(url), events, options),
  }
}

function openLink(
  rung: HttpRung,
  url: string,
  events: LinkEvents,
  { fetch: request = fetch, clock = systemClock, pollIntervalMs = 3_000 }: HttpTransportOptions,
): Link {
  /** What is asked for, from where it has come to by now, and for which channels that was answered before. */
  const followed = new Map<string, Extract<ClientMessage, { type: 'baro:subscribe' }>>()
  const answered = new Set<string>()
  const commands: ClientMessage[] = []
  /** Settles when every command so far is dealt with: they go out in order, one request after the other. */
  let commanded = Promise.resolve()
  let greeting: readonly ClientMessage[] = []
  let claimsEpoch: string | undefined
  /** The request that reads, and the wait for the next. */
  let reading: AbortController | undefined
  let cancelNext: Cancel | undefined
  let isOver = false

  /** Tells each message of the answer: of a stream, or, if it may wait for so many seconds, of a list. */
  async function ask(
    wait: number | undefined,
    messages: readonly ClientMessage[],
    hear: (message: ServerMessage) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    try {
      const response = await request(wait === undefined ? url : `${url}?wait=${wait}`, {
        method: 'POST',
        body: new Blob([writeJson({ messages: [...greeting, ...messages] })], { type: 'application/json' }),
        signal: signal ?? null,
      })
      const { ok, status } = response
      if (!ok) return end([401, 403].includes(status) ? unauthenticatedCode : 1006, `HTTP ${status}`)
      if (wait === undefined) {
        await readEventStream(response, hear)
        throw new Error('ended')
      }
      const list = readJson(await response.text()) as { messages: readonly ServerMessage[] }
      list.messages.forEach(hear)
    } catch (error) {
      if (!signal?.aborted) end(1006, String(error))
    }
  }

  async function read(): Promise<void> {
    reading = new AbortController()
    const { signal } = reading
    const hear = (message: ServerMessage): void => {
      if (!signal.aborted) take(message)
    }
    // Held only for what is new: that the hub is there, and how it took a subscribe, must be known at once.
    const isHeld = rung === 'long-poll' && followed.size > 0 && answered.size === followed.size
    await ask(rung === 'sse' ? undefined : isHeld ? waitSeconds : 0, [...followed.values()], hear, signal)
    // A request that was answered is a sign of life, whatever was in it.
    hear(heartbeat)
    if (!signal.aborted && followed.size > 0) cancelNext = clock.after(rung === 'poll' ? pollIntervalMs : 0, read)
  }

  function stopReading(): void {
    cancelNext?.()
    reading?.abort()
    reading = undefined
  }

  function readAgain(): void {
    if (!isOver && !reading) read()
  }

  async function sendCommands(): Promise<void> {
    const batch = commands.splice(0)
    // The hub answers when every command has its answer; to wait for more would only delay that.
    if (!isOver && batch.length > 0) await ask(0, batch, take)
  }

  function leave(channel: string): void {
    followed.delete(channel)
    answered.delete(channel)
  }

  /** Passes on what is news to the client, and follows the positions in it. */
  function take(message: ServerMessage): void {
    if (isOver) return
    const { type, payload } = message
    switch (type) {
      case 'baro:connected':
        // Every answer begins so; to the client it is news where another hub answers, which knows other claims.
        if (claimsEpoch === payload.claimsEpoch) return
        claimsEpoch = payload.claimsEpoch
        break
      case 'baro:recovered':
      case 'baro:reset':
      case 'baro:publications': {
        const { channel, position } = payload
        const asked = followed.get(channel)
        if (!asked) return
        followed.set(channel, { ...asked, payload: { ...asked.payload, position } })
        // To the client, which asked once, a further answer is what comes next.
        if (answered.has(channel) && type === 'baro:recovered')
          return events.received({ type: 'baro:publications', payload })
        answered.add(channel)
        break
      }
      case 'baro:unsubscribed':
        leave(payload.channel)
        break
      case 'baro:error':
        // A token that has expired while the link lived: the client comes back with a new one.
        if (payload.code === 'unauthenticated') return end(1006, payload.code)
        if (payload.attempt !== undefined) leave(payload.channel ?? '')
    }
    events.received(message)
    if (type === 'baro:drain') end(drainCode, '')
  }

  function end(code: number, reason: string): void {
    if (isOver) return
    close()
    events.closed(code, reason)
  }

  function close(): void {
    isOver = true
    stopReading()
  }

  queueMicrotask(() => isOver || events.opened())

  return {
    send(message) {
      switch (message.type) {
        case 'baro:heartbeat':
          return
        case 'baro:connect':
          greeting = [message]
          break
        case 'baro:subscribe':
        case 'baro:unsubscribe': {
          // Nobody is told: the next request simply does not ask for it.
          const { channel } = message.payload
          leave(channel)
          if (message.type === 'baro:subscribe') followed.set(channel, message)
          break
        }
        default:
          commands.push(message)
          commanded = commanded.then(sendCommands)
          return
      }
      // What the hub still says was asked by who wanted something else. The next request is gathered: a client that
      // connects says everything in one go.
      stopReading()
      queueMicrotask(readAgain)
    },
    close,
  }
}
