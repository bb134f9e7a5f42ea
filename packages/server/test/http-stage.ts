/** A hub on a real port. A test ends the waits; ticks end by themselves. */
import { type IncomingHttpHeaders, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { channel } from '@baro/core'
import { createFakeClock, createSeededRandomness, type FakeClock } from '@baro/testing'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { AnyHandlers } from '../src/channel/handlers.ts'
import { createHub } from '../src/hub/create-hub.ts'
import type { Hub, HubOptions } from '../src/hub/hub.ts'
import type { Listening } from '../src/hub/listen.ts'
import { createMemoryBroker } from '../src/memory-broker/memory-broker.ts'
import { nodeClock } from '../src/system/node-clock.ts'
import { RecordedLog, room } from './fake-client.ts'
import { type TamperedBroker, tamperWith } from './tampered-broker.ts'

/** A channel without a state, whose history holds whatever a test publishes. */
export const news = channel('news:{id}', {
  events: { message: z.string() },
  signals: { typing: z.string() },
  history: { size: 10_000, bytes: 64 << 20 },
})

/** A channel that keeps only a few publications. */
export const brief = channel('brief:{id}', { events: { message: z.string() }, history: { size: 5 } })

/** A channel that takes plain text as a message. */
export const chat = channel('chat:{id}', {
  events: { message: z.string() },
  text: 'message',
  state: { initial: (): string[] => [], on: { message: (list, { payload }) => [...list, payload] } },
})

/** A channel in which something may be taken back. */
export const wall = channel('wall:{id}', {
  moderated: true,
  events: { message: z.string() },
  state: { initial: (): string[] => [], on: { message: (list, { payload }) => [...list, payload] } },
})

/** What the clock is asked for where somebody has so long: a deadline comes in four steps. */
export const stepOf = (deadlineMs: number) => deadlineMs / 4

/** What came back. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  readonly text: string
  /** The body as JSON. */
  readonly body: AnswerBody
}

/** The fields that answers of a hub have. */
export interface AnswerBody {
  readonly snapshot?: unknown
  readonly publications: readonly { readonly id: string; readonly offset: number; readonly payload: unknown }[]
  readonly position: string
  readonly more?: true
  readonly reset?: string
  readonly error?: { readonly code: string; readonly message: string }
  readonly messages: readonly { readonly type: string; readonly payload: Record<string, unknown> }[]
}

/** What a request is made of, besides its path. */
export interface Asked extends Omit<RequestOptions, 'path' | 'port'> {
  readonly body?: string
}

/** A request on its way. */
export interface Pending {
  readonly answer: Promise<Answer>
  readonly isAnswered: boolean
  /** The client goes away. */
  abort(): void
}

/** A hub, its port, and what a test needs around them. */
export interface HttpStage {
  readonly hub: Hub
  readonly broker: TamperedBroker
  readonly clock: FakeClock
  /** How long each timer that waits was set for, in milliseconds. */
  readonly waits: readonly number[]
  readonly log: RecordedLog
  readonly listening: Listening
  /** The URL of a path, for other clients. */
  url(path: string): string
  ask(path: string, asked?: Asked): Promise<Answer>
  /** Asks, and does not wait. */
  send(path: string, asked?: Asked): Pending
}

/** Calls back after the test, in reverse order. */
export function atEnd(end: () => unknown): void {
  onTestFinished(async () => void (await end()))
}

/**
 * Serves `room`, `news`, `brief`, `chat` and `wall`; a token is the id of its user. The handlers are those of every channel.
 */
export async function serve(
  options: Partial<HubOptions> = {},
  handlers: Pick<AnyHandlers, 'access' | 'joined' | 'left'> & Partial<AnyHandlers> = { access: 'public' },
): Promise<HttpStage> {
  const waits: number[] = []
  const clock = createWatchedClock(waits)
  const log = new RecordedLog()
  const randomness = createSeededRandomness('http')
  const broker = tamperWith(options.broker ?? createMemoryBroker({ clock, randomness }))
  const auth: HubOptions['auth'] = ({ token }) => (token === undefined ? undefined : { id: token })
  const hub = createHub({ channels: [room, news, brief, chat, wall], auth, clock, log, randomness, ...options, broker })
  for (const definition of [room, news, brief, chat, wall])
    hub.on(definition, {
      events: { message: ({ payload, publish }) => publish('message', payload as never) },
      ...handlers,
    })
  const listening = await hub.listen(0, '127.0.0.1')
  atEnd(() => hub.close())
  atEnd(listening.close)
  const send = (path: string, asked: Asked = {}) => sendTo(listening.port, path, asked)
  return {
    hub,
    broker,
    clock,
    waits,
    log,
    listening,
    url: (path) => `http://127.0.0.1:${listening.port}${path}`,
    ask: (path, asked) => send(path, asked).answer,
    send,
  }
}

/** A fake clock whose ticks end by themselves, and which shows the waiting timers. */
function createWatchedClock(waits: number[]): FakeClock {
  const fake = createFakeClock()
  const after: FakeClock['after'] = (ms, run) => {
    const forget = () => {
      const at = waits.indexOf(ms)
      if (isWaiting) waits.splice(at, 1)
      isWaiting = false
    }
    let isWaiting = true
    waits.push(ms)
    const cancel = fake.after(ms, () => {
      forget()
      run()
    })
    return () => {
      forget()
      cancel()
    }
  }
  const { soon, afterwards, turn } = nodeClock
  return Object.create(fake, {
    after: { value: after },
    soon: { value: soon },
    afterwards: { value: afterwards },
    turn: { value: turn },
  })
}

/** Asks a port of this machine. */
export function sendTo(port: number, path: string, { body, ...options }: Asked = {}): Pending {
  const asking = request({ port, path, host: '127.0.0.1', agent: false, ...options })
  let isAnswered = false
  const answer = new Promise<Answer>((resolve, reject) => {
    asking.on('error', reject)
    asking.on('response', (response) => {
      isAnswered = true
      answerOf(response).then(resolve, reject)
    })
  })
  answer.catch(() => {})
  asking.end(body)
  return {
    answer,
    get isAnswered() {
      return isAnswered
    },
    abort: () => asking.destroy(),
  }
}

async function answerOf(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const { statusCode: status = 0, headers } = response
  const text = bytes.toString()
  return {
    status,
    headers,
    bytes,
    text,
    get body() {
      return JSON.parse(text) as AnswerBody
    },
  }
}

/** Lets the event loop go round once: ticks end, and sockets take what they can. */
export function tick(): Promise<void> {
  return new Promise((resolve) => nodeClock.soon(() => resolve()))
}

/** Lets the event loop go round until a condition is true. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await tick()
}

/** Publishes to a room or a chat, one after the other; returns the position after each. */
export async function publishAll(hub: Hub, name: string, ...texts: readonly string[]): Promise<readonly string[]> {
  const positions: string[] = []
  for (const text of texts) {
    const payload = name.startsWith('room:') ? { text } : text
    const id = `id-${text.slice(0, 40).replace(/[^A-Za-z0-9_-]/g, '_')}`
    const { position } = await hub.publish({ channel: name } as never, 'message', payload as never, { id })
    positions.push(position)
  }
  return positions
}
