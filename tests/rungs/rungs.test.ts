import { type Client, createClient, type Subscription, type Transport } from '@baro/client'
import { createHttpTransport, createWebSocketTransport } from '@baro/client/transports'
import { channel, type Snapshot, type TypesOf } from '@baro/core'
import { createHub, createMemoryBroker, type Hub, type Listening } from '@baro/server'
import { createSparseBroker } from '@baro/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { patience } from '../e2e/patience.ts'
import { type CuttingLink, createCuttingLink } from './cutting-link.ts'
import { type Arrived, rungs } from './readers.ts'

const bytes = z.instanceof(Uint8Array)
const room = channel('room:{id}', {
  events: { message: z.string(), picture: z.object({ image: bytes, alt: z.string() }) },
  signals: { glance: bytes },
  requests: { mirror: { input: bytes, output: bytes } },
  state: {
    initial: () => ({ pictures: [] as Uint8Array[], newest: '' }),
    on: {
      message: (state, { payload }) => ({ ...state, newest: payload }),
      picture: ({ pictures }, { payload }) => ({ pictures: [...pictures, payload.image], newest: payload.alt }),
    },
  },
})
const reference = room({ id: 1 })
const name = reference.channel
// Whatever ends a line, a text or a number somewhere.
const image = Uint8Array.of(0, 10, 13, 34, 92, 125, 127, 128, 255)
// A text, whatever it says.
const text = '안녕 {"baro:bytes":"AAAA"}'
const published: readonly Arrived[] = [
  { id: 'first-id', payload: 'first' },
  { id: 'second-id', payload: { image, alt: '안녕' } },
  { id: 'third-id', payload: text },
]
const state = { pictures: [image], newest: text }
/** After how many bytes a link is cut again: `npm run test:long` cuts after each. No message is as short as this. */
const everyBytes = process.env.BARO_WHOLE ? 1 : 9
/** No hub continues from here. */
const elsewhere = '1a.another.7.x8Kf2a'

let hub: Hub
let listening: Listening
let direct: string
let page: Snapshot<TypesOf<typeof room>>
/** What handlers were given. */
const handled: unknown[] = []

/** All clients of these tests come from one address, and reconnect after every byte. */
const fromOneAddress = { timesPerAddress: Number.POSITIVE_INFINITY }

/** Streams whose offsets follow each other, and streams that leave some out: only positions say whether anything is missing. */
const brokers = [
  { offsets: 'dense', createBroker: () => createMemoryBroker() },
  { offsets: 'sparse', createBroker: () => createSparseBroker(createMemoryBroker(), 'rungs') },
] as const
type CreateBroker = (typeof brokers)[number]['createBroker']

/** A hub with a page, and what was published since. */
async function open(createBroker: CreateBroker): Promise<void> {
  handled.length = 0
  hub = createHub({ channels: [room], broker: createBroker(), limits: fromOneAddress })
  hub.on(room, {
    access: 'public',
    events: {
      message({ payload, publish }) {
        handled.push(payload)
        return publish('message', payload)
      },
      picture({ payload, publish }) {
        handled.push(payload)
        return publish('picture', payload)
      },
    },
    signals: { glance: ({ payload, signal }) => signal('glance', payload) },
    requests: { mirror: ({ payload }) => payload.slice().reverse() },
  })
  listening = await hub.listen(0, '127.0.0.1')
  direct = `http://127.0.0.1:${listening.port}`
  await hub.publish(reference, 'message', 'before')
  page = await hub.snapshot(reference)
  await hub.publish(reference, 'message', 'first', { id: 'first-id' })
  await hub.publish(reference, 'picture', { image, alt: '안녕' }, { id: 'second-id' })
  await hub.publish(reference, 'message', text, { id: 'third-id' })
}

const offsetOf = (position: string) => Number(position.split('.')[2])

async function close(): Promise<void> {
  await listening.close()
  await hub.close()
}

const everyRung = brokers.flatMap((broker) => rungs.map((rung) => ({ ...broker, name: rung.name, rung })))

describe.each(everyRung)('from one position at $offsets offsets, $name', ({ rung, createBroker }) => {
  let link: CuttingLink

  beforeAll(async () => {
    await open(createBroker)
    link = await createCuttingLink(listening.port)
  })

  afterAll(async () => {
    await link.close()
    await close()
  })

  it('I6: delivers the same publications, in order, each once, to the byte', async () => {
    const { publications } = await rung.read(direct, name, page.position, published.length)
    expect(publications).toStrictEqual(published)
  })

  it('I6: resets to the same state, to the byte, and goes on from there', async () => {
    const { snapshot, position } = await rung.read(direct, name, elsewhere, 1)
    expect(snapshot).toStrictEqual(state)
    expect(position).toBe((await hub.snapshot(reference)).position)
  })

  it('I2: cut after any byte, continues from where it stood, and misses and repeats nothing', async () => {
    link.cutAfter(Number.POSITIVE_INFINITY)
    await rung.read(link.origin, name, page.position, published.length)
    const length = link.bytes
    expect(length).toBeGreaterThan(200)
    let resumedInside = 0
    for (let bytes = 0; bytes <= length; bytes += everyBytes) {
      link.cutAfter(bytes)
      const first = await rung.read(link.origin, name, page.position, published.length)
      const missing = published.length - first.publications.length
      if (missing > 0 && missing < published.length) resumedInside++
      const rest = missing > 0 ? (await rung.read(direct, name, first.position, missing)).publications : []
      expect([...first.publications, ...rest], `cut after ${bytes} bytes`).toStrictEqual(published)
    }
    // Only transports that send the three apart can be cut between them.
    if (rung.name.startsWith('plain')) expect(resumedInside).toBeGreaterThan(0)
  })
})

const transports = [
  createWebSocketTransport({ WebSocket }),
  createHttpTransport('sse'),
  createHttpTransport('long-poll'),
  createHttpTransport('poll', { pollIntervalMs: 10 }),
]

const everyTransport = brokers.flatMap((broker) =>
  transports.map((transport) => ({ ...broker, rung: transport.rung, transport })),
)

describe.each(everyTransport)('a client over $rung, at $offsets offsets', ({ transport, createBroker }) => {
  const clients: Client[] = []
  let told: Arrived[]

  beforeEach(() => open(createBroker))
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close()
    await close()
  })

  function follow(from: typeof page, over: Transport = transport): Subscription<TypesOf<typeof room>> {
    const client = createClient({ url: `${direct}/baro`, transport: over })
    clients.push(client)
    const subscription = client.subscribe(room, from)
    told = []
    subscription.onPublication(({ id, payload }) => told.push({ id, payload }))
    return subscription
  }

  it('I6: delivers what every other transport does from this position, its bytes as a Uint8Array', async () => {
    const subscription = follow(page)
    await vi.waitUntil(() => told.length >= published.length, patience)
    expect(told).toStrictEqual(published)
    expect(subscription.current.state).toStrictEqual(state)
  })

  it('I2: proves its hand-over by positions: nothing is missing, whatever numbers there are', async () => {
    const subscription = follow(page)
    await vi.waitUntil(() => told.length >= published.length, patience)
    await hub.publish(reference, 'message', 'live', { id: 'live-id' })
    await vi.waitUntil(() => told.length > published.length, patience)
    expect(subscription.current.handOver).toMatchObject({
      outcome: 'recovered',
      rendered: offsetOf(page.position),
      resumedAt: offsetOf(page.position),
      missing: 0,
    })
    expect(subscription.current.handOver?.firstLive).toBeGreaterThan(offsetOf(page.position))
  })

  it('I6: shows the state of a reset, its bytes as a Uint8Array', async () => {
    const subscription = follow({ ...page, position: elsewhere })
    await vi.waitUntil(() => subscription.current.handOver, patience)
    expect(subscription.current).toMatchObject({ handOver: { outcome: 'reset', reason: 'epoch' } })
    expect(subscription.current.state).toStrictEqual(state)
  })

  it('asks with bytes, and is answered with bytes', async () => {
    expect(await follow(page).request('mirror', image)).toStrictEqual(image.slice().reverse())
  })

  it('publishes bytes, which are a Uint8Array to schema, handler and reader', async () => {
    const subscription = follow(await hub.snapshot(reference))
    const payload = { image: Buffer.from(image), alt: 'mine' }
    const { position } = await subscription.publish('picture', payload, { id: `over-${transport.rung}` })
    expect(handled).toStrictEqual([{ image, alt: 'mine' }])
    await vi.waitUntil(() => subscription.current.position === position, patience)
    expect(told).toStrictEqual([{ id: `over-${transport.rung}`, payload: { image, alt: 'mine' } }])
    expect(subscription.current.state).toStrictEqual({ pictures: [image, image], newest: 'mine' })
  })

  it('I5: what is published at once arrives in order, whether there are bytes in it or not', async () => {
    const subscription = follow(page)
    const big = new Uint8Array(40_000).fill(10)
    await Promise.all([
      subscription.publish('message', 'before'),
      subscription.publish('picture', { image: big, alt: 'big' }),
      subscription.publish('message', 'between'),
      subscription.publish('picture', { image, alt: 'small' }),
      subscription.publish('message', 'after'),
    ])
    expect(handled).toStrictEqual(['before', { image: big, alt: 'big' }, 'between', { image, alt: 'small' }, 'after'])
  })

  it('signals bytes to whoever is there', async () => {
    const heard: unknown[] = []
    const [speaker, listener] = [follow(page), follow(page, createWebSocketTransport({ WebSocket }))]
    listener.onSignal(({ payload }) => heard.push(payload))
    await vi.waitUntil(() => [speaker, listener].every(({ current }) => current.status.state === 'live'), patience)
    speaker.signal('glance', image)
    await vi.waitUntil(() => heard.length > 0, patience)
    expect(heard).toStrictEqual([image])
  })
})

describe('any node', () => {
  it.each(rungs)('$name: two hubs on one broker, asked in turn, deliver what one would', async (rung) => {
    const broker = createMemoryBroker()
    const nodes = await Promise.all(
      [0, 1].map(async () => {
        const hub = createHub({ channels: [room], broker, limits: fromOneAddress })
        hub.on(room, { access: 'public' })
        return { hub, listening: await hub.listen(0, '127.0.0.1') }
      }),
    )
    const [one, other] = nodes
    if (!one || !other) throw new Error('two nodes were made')
    let position = (await one.hub.publish(reference, 'message', 'before')).position
    const seen: string[] = []
    for (let turn = 0; turn < 6; turn++) {
      const publisher = nodes[turn % 2] ?? one
      const reader = nodes[(turn + 1) % 2] ?? other
      await publisher.hub.publish(reference, 'message', 'text', { id: `turn-${turn}` })
      const progress = await rung.read(`http://127.0.0.1:${reader.listening.port}`, name, position, 1)
      seen.push(...progress.publications.map(({ id }) => id))
      position = progress.position
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5].map((turn) => `turn-${turn}`))
    for (const { hub, listening } of nodes) {
      await listening.close()
      await hub.close()
    }
    await broker.close()
  })
})
