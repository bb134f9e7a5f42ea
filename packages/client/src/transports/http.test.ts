import type { ClientMessage, ServerMessage } from '@baro/core/protocol'
import { createFakeClock } from '@baro/testing'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Link } from '../ports/transport.ts'
import { createHttpTransport } from './http.ts'
import type { HttpRung } from './http-link-machine.ts'

/** A request that reached the hub, which answers when the test says so. */
interface Asked {
  readonly query: string
  readonly messages: readonly ClientMessage[]
  readonly signal: AbortSignal | null
  answer(messages: readonly ServerMessage[]): Promise<void>
  respond(response: Response): Promise<void>
}

const greeting: ClientMessage = { type: 'baro:connect', payload: { protocol: 1, client: 'secret' } }
/** The greeting of a link that knows on which claims its publishes count. */
const counting = (claimsEpoch: string): ClientMessage => ({
  type: 'baro:connect',
  payload: { protocol: 1, client: 'secret', claimsEpoch },
})
const subscribe = (attempt = 1, position = 'p0'): ClientMessage => ({
  type: 'baro:subscribe',
  payload: { channel: 'room:1', attempt, version: '1', position },
})
const publish = (id: string, channel = 'room:1'): ClientMessage => ({
  type: 'baro:publish',
  payload: { id, channel, type: 'message', payload: id },
})
const request = (id: string): ClientMessage => ({
  type: 'baro:request',
  payload: { id, channel: 'room:1', type: 'question', payload: id },
})
const hello = (claimsEpoch = 'c'): ServerMessage => ({
  type: 'baro:connected',
  payload: { session: 's', heartbeatIntervalMs: 25_000, maxMessageBytes: 1, publishWindowMs: 1, claimsEpoch },
})
const recovered = (follows: string, position: string, attempt = 1): ServerMessage => ({
  type: 'baro:recovered',
  payload: { channel: 'room:1', attempt, follows, position, publications: [] },
})

/** Stands for `Blob`, which can be read only in turns of its own. */
class Written {
  readonly parts: readonly string[]

  constructor(parts: readonly string[]) {
    this.parts = parts
  }

  get size(): number {
    return this.parts.join('').length
  }
}

let clock: ReturnType<typeof createFakeClock>
let asked: Asked[]
let told: unknown[]

beforeEach(() => {
  vi.stubGlobal('Blob', Written)
  clock = createFakeClock()
  asked = []
  told = []
})

/** Lets everything happen that waits for nothing but its turn. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

async function open(rung: HttpRung, ...first: ClientMessage[]): Promise<Link> {
  const request = (url: unknown, init: RequestInit = {}) =>
    new Promise<Response>((resolve) => {
      const respond = (response: Response) => {
        resolve(response)
        // A body is read in turns of its own.
        return new Promise<void>((done) => setImmediate(done)).then(settled)
      }
      asked.push({
        query: String(url).replace('https://shop.example/baro/connect', ''),
        messages: (JSON.parse(String((init.body as unknown as Written).parts)) as { messages: ClientMessage[] })
          .messages,
        signal: init.signal ?? null,
        answer: (messages) => respond(Response.json({ messages })),
        respond,
      })
    })
  const link = createHttpTransport(rung, { fetch: request, clock }).open('https://shop.example/baro', {
    opened: () => told.push('opened'),
    received: (message) => told.push(message),
    closed: (code) => told.push(code),
  })
  for (const message of first) link.send(message)
  await settled()
  return link
}

it.each([
  ['sse', ''],
  ['long-poll', '?wait=0'],
  ['poll', '?wait=0'],
] as const)('%s says everything in one request, which is answered at once', async (rung, query) => {
  await open(rung, greeting, subscribe())
  expect(asked).toMatchObject([{ query, messages: [greeting, subscribe()] }])
  expect(told).toEqual(['opened'])
})

describe('a link that polls', () => {
  it('is held only for what is new, and shows one unbroken subscription that goes on from its position (I2)', async () => {
    await open('long-poll', greeting, subscribe())
    await asked[0]?.answer([hello(), recovered('p0', 'p1')])
    clock.advance(0)
    expect(asked[1]).toMatchObject({ query: '?wait=25', messages: [counting('c'), subscribe(1, 'p1')] })
    await asked[1]?.answer([hello(), recovered('p1', 'p2')])
    expect(told).toMatchObject([
      'opened',
      hello(),
      recovered('p0', 'p1'),
      { type: 'baro:refreshed' },
      { type: 'baro:publications', payload: { follows: 'p1', position: 'p2' } },
    ])
  })

  it('asks again every three seconds where nothing may take long', async () => {
    await open('poll', greeting, subscribe())
    await asked[0]?.answer([hello(), recovered('p0', 'p1')])
    clock.advance(2_999)
    expect(asked).toHaveLength(1)
    clock.advance(1)
    expect(asked[1]).toMatchObject({ query: '?wait=0', messages: [counting('c'), subscribe(1, 'p1')] })
  })

  it('asks only who is there while nothing is followed', async () => {
    await open('long-poll', greeting)
    await asked[0]?.answer([hello()])
    clock.advance(60_000)
    expect(asked).toMatchObject([{ query: '?wait=0', messages: [greeting] }])
    expect(told).toEqual(['opened', hello()])
  })

  it('asks no more for a channel that was refused', async () => {
    await open('poll', greeting, subscribe())
    const payload = { code: 'refused', message: '', channel: 'room:1', attempt: 1 }
    await asked[0]?.answer([hello(), { type: 'baro:error', payload }])
    clock.advance(60_000)
    expect(asked).toHaveLength(1)
    expect(told).toContainEqual({ type: 'baro:error', payload })
  })

  it('leaves nothing running behind when the client closes it', async () => {
    const link = await open('poll', greeting, subscribe())
    await asked[0]?.answer([hello(), recovered('p0', 'p1')])
    link.close()
    expect(clock.pending).toBe(0)
  })
})

it('I3: what the hub still says to an earlier subscribe is not heard once there is a newer one', async () => {
  const link = await open('long-poll', greeting, subscribe())
  link.send(subscribe(2, 'p5'))
  expect(asked[0]?.signal?.aborted).toBe(true)
  await asked[0]?.answer([hello(), recovered('p0', 'p9')])
  expect(asked[1]?.messages).toEqual([greeting, subscribe(2, 'p5')])
  await asked[1]?.answer([hello(), recovered('p5', 'p6', 2)])
  expect(told).toEqual(['opened', hello(), recovered('p5', 'p6', 2)])
})

it('I5: the commands of one moment go out in one request, and are told their answers', async () => {
  const link = await open('long-poll', greeting, subscribe())
  link.send(publish('a'))
  link.send(publish('b'))
  await settled()
  link.send(publish('c', 'room:2'))
  await settled()
  expect(asked[1]?.messages).toEqual([greeting, publish('a'), publish('b')])
  expect(asked[2]?.messages).toEqual([greeting, publish('c', 'room:2')])
  const published = ['a', 'b'].map(
    (id): ServerMessage => ({ type: 'baro:published', payload: { id, channel: 'room:1' } }),
  )
  await asked[0]?.answer([hello()])
  await asked[1]?.answer([hello(), ...published])
  expect(told).toEqual(['opened', hello(), ...published])
  link.send(publish('d'))
  await settled()
  expect(asked.at(-1)?.messages).toEqual([counting('c'), publish('d')])
})

it('reads a stream as it comes, a message cut anywhere included', async () => {
  await open('sse', greeting, subscribe())
  const text = `:\n\ndata: ${JSON.stringify(hello())}\n\ndata: ${JSON.stringify(recovered('안녕', 'p1'))}\n\n`
  const bytes = new TextEncoder().encode(text)
  const body = new ReadableStream({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
    },
  })
  await asked[0]?.respond(new Response(body))
  await vi.waitFor(() => expect(told).toEqual(['opened', hello(), recovered('안녕', 'p1')]), { timeout: 30_000 })
})

it.each([
  ['the stream ends', 'sse', new Response('', { status: 200 }), 1006],
  ['the hub has no time', 'sse', new Response('', { status: 503 }), 1006],
  ['what comes cannot be read', 'poll', new Response('<html>'), 1006],
  ['the hub does not know who this is', 'poll', Response.json({}, { status: 401 }), 4501],
  ['the hub refuses the origin', 'poll', Response.json({}, { status: 403 }), 4501],
  ['something on the way refuses with a page of its own', 'poll', new Response('<html>', { status: 403 }), 1006],
] as const)('ends when %s', async (_, rung, response, code) => {
  await open(rung, greeting, subscribe())
  await asked[0]?.respond(response)
  expect(told).toEqual(['opened', code])
})

it('ends, so that the client comes back, when the token has expired', async () => {
  await open('poll', greeting, subscribe())
  const expired: ServerMessage = { type: 'baro:error', payload: { code: 'unauthenticated', message: '' } }
  await asked[0]?.answer([expired])
  expect(told).toEqual(['opened', expired, 1006])
})

it('I5: brings the client back when another hub answers, which does not remember the publishes of this one', async () => {
  await open('poll', greeting, subscribe())
  await asked[0]?.answer([hello(), recovered('p0', 'p1')])
  await clock.pass(3_000)
  await asked[1]?.answer([hello('other')])
  const drain: ServerMessage = { type: 'baro:drain', payload: { reconnectInMs: 0 } }
  expect(told).toEqual(['opened', hello(), recovered('p0', 'p1'), drain])
  await clock.pass(30_000)
  expect(asked).toHaveLength(2)
})

it('ends when a request has no answer for too long, so that nothing stays pending behind what swallows it', async () => {
  const link = await open('poll', greeting, subscribe())
  await asked[0]?.answer([hello(), recovered('p0', 'p1')])
  link.send(request('a'))
  await settled()
  expect(asked[1]?.messages).toEqual([counting('c'), request('a')])
  await clock.pass(3_000)
  await asked[2]?.answer([hello()])
  for (let poll = 3; poll < 16; poll++) {
    await clock.pass(3_000)
    await asked[poll]?.answer([hello()])
  }
  expect(told.at(-1)).toBe(1006)
  expect(clock.elapsed()).toBeLessThan(45_000)
  expect(asked[1]?.signal?.aborted).toBe(true)
})

it('I5: a publish without an answer for 4 s is still in progress, and its request is dropped: it may hang', async () => {
  const link = await open('poll', greeting, subscribe())
  await asked[0]?.answer([hello(), recovered('p0', 'p1')])
  link.send(publish('a'))
  await settled()
  await clock.pass(3_999)
  expect(asked[1]?.signal?.aborted).toBe(false)
  await clock.pass(1_000)
  expect(asked[1]?.signal?.aborted).toBe(true)
  expect(told).toContainEqual({
    type: 'baro:error',
    payload: { id: 'a', channel: 'room:1', code: 'in-progress', message: 'no answer' },
  })
})

it('ends with the drain of its node', async () => {
  await open('poll', greeting, subscribe())
  const drain: ServerMessage = { type: 'baro:drain', payload: { reconnectInMs: 5 } }
  await asked[0]?.answer([drain])
  await clock.pass(30_000)
  expect(told).toEqual(['opened', drain])
  expect(asked).toHaveLength(1)
})
