import { channel } from '@baro/core'
import { joinFrame, jsonText, liftBytes, orThrow, parseFrame, parseJson, readJson } from '@baro/core/protocol'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { RecordedLog } from '../../test/fake-client.ts'
import { Arrivals } from '../../test/network-client.ts'
import { EventReader } from '../../test/stream-readers.ts'
import { loaded } from '../channel/snapshot-source.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'
import { webSocketFraming } from '../transports/websocket/websocket-frame.ts'
import { createHub } from './create-hub.ts'

const bytes = z.instanceof(Uint8Array)

const album = channel('album:{id}', {
  events: { picture: z.object({ image: bytes, alt: z.string() }), raw: bytes, text: z.string() },
  signals: { glance: z.object({ thumb: bytes }) },
  requests: { mirror: { input: bytes, output: bytes } },
  // The payload has bytes of its own, as those of a canvas would be.
  state: {
    initial: () => ({ cover: new Uint8Array([1, 2]), newest: [] as Uint8Array[] }),
    on: {
      picture: (state, { payload }) => ({
        ...state,
        newest: [...state.newest, new Uint8Array(payload.image)].slice(-2),
      }),
    },
  },
  history: { size: 3 },
})
const shelf = channel('shelf', { events: {}, state: { initial: () => ({ scan: new Uint8Array() }), on: {} } })

const image = new Uint8Array([0, 255, 10, 128])
const written = { 'baro:bytes': 'AP8KgA==' }
const ends: (() => unknown)[] = []

afterEach(async () => {
  vi.restoreAllMocks()
  for (const end of ends.splice(0).reverse()) await end()
})

async function serve(broker = createMemoryBroker()) {
  const seen: unknown[] = []
  const hub = createHub({ channels: [album, shelf], broker, log: new RecordedLog() })
  hub.on(album, {
    access: 'public',
    events: {
      picture({ payload, publish }) {
        seen.push(payload.image)
        return publish('picture', payload)
      },
      raw: ({ payload, publish }) => publish('raw', payload),
      text: ({ payload, publish }) => publish('text', payload),
    },
    signals: { glance: ({ payload, signal }) => signal('glance', payload) },
    requests: { mirror: ({ payload }) => Buffer.from(payload).reverse() },
  })
  // What a database hands out.
  hub.on(shelf, { access: 'public', snapshot: loaded(() => ({ scan: Buffer.from(image) })) })
  const { port, close } = await hub.listen(0, '127.0.0.1')
  ends.push(() => hub.close(), close)
  const base = `http://127.0.0.1:${port}/baro`
  return { hub, seen, base, channelUrl: `${base}/channels/album:1` }
}

/** One message as it came. */
interface Heard {
  readonly data: Buffer
  readonly isBinary: boolean
}

/** A client of `ws`, which knows nothing of us. */
class AnyClient {
  readonly socket: WebSocket
  readonly #heard = new Arrivals<Heard>()

  private constructor(url: string, perMessageDeflate: boolean) {
    this.socket = new WebSocket(url.replace('http', 'ws'), { perMessageDeflate })
    this.socket.on('message', (data, isBinary) => this.#heard.push({ data: data as Buffer, isBinary }))
  }

  static async open(url: string, perMessageDeflate = true): Promise<AnyClient> {
    const client = new AnyClient(url, perMessageDeflate)
    await new Promise((resolve, reject) => client.socket.once('open', resolve).once('error', reject))
    ends.push(() => client.socket.terminate())
    return client
  }

  next(): Promise<Heard> {
    return this.#heard.next()
  }

  /** The next message that is binary, read. */
  async message(): Promise<unknown> {
    const { data, isBinary } = await this.next()
    if (!isBinary) throw new Error(`a text came: ${data}`)
    const parsed = parseFrame(data)
    return parsed.ok ? parsed.value : parsed.error
  }

  send(message: unknown): void {
    const lifted = liftBytes(readJson(JSON.stringify(message)))
    this.socket.send(lifted.attachments.length > 0 ? joinFrame(lifted) : lifted.header)
  }

  async connect(): Promise<this> {
    this.send({ type: 'baro:connect', payload: { protocol: 1, client: 'any' } })
    await this.next()
    return this
  }
}

const subscribing = { type: 'baro:subscribe', payload: { channel: 'album:1', attempt: 1, version: '1' } }
const publishing = (id: string, payload: unknown, type = 'picture') => ({
  type: 'baro:publish',
  payload: { id, channel: 'album:1', type, payload },
})

describe('bytes on a connection of the SDK', () => {
  test('arrive as a Uint8Array in schema and handler, and leave as one binary message', async () => {
    const { base, seen, hub } = await serve()
    const [sender, reader] = await Promise.all(
      [1, 2].map(async () => (await AnyClient.open(`${base}/connect`)).connect()),
    )
    reader?.send(subscribing)
    expect(await reader?.message()).toMatchObject({
      type: 'baro:reset',
      payload: { snapshot: { cover: Uint8Array.of(1, 2), newest: [] } },
    })
    sender?.send(publishing('a', { image: written, alt: 'x' }))
    expect(await reader?.message()).toMatchObject({
      type: 'baro:publications',
      payload: { publications: [{ id: 'a', payload: { image, alt: 'x' } }] },
    })
    expect(seen).toEqual([image])
    expect(seen[0]).toBeInstanceOf(Uint8Array)
    expect(hub.counters.rejected).toBe(0)
  })

  test('may come in their JSON form, in a text', async () => {
    const { base, seen } = await serve()
    const sender = await (await AnyClient.open(`${base}/connect`)).connect()
    sender.socket.send(JSON.stringify(publishing('a', { image: written, alt: 'x' })))
    expect((await sender.next()).data.toString()).toContain('baro:published')
    expect(seen).toEqual([image])
  })

  test('are carried by signals, requests and answers as well', async () => {
    const { base } = await serve()
    const client = await (await AnyClient.open(`${base}/connect`)).connect()
    client.send(subscribing)
    await client.next()
    client.send({ type: 'baro:signal', payload: { channel: 'album:1', type: 'glance', payload: { thumb: written } } })
    expect(await client.message()).toMatchObject({ type: 'baro:signaled', payload: { payload: { thumb: image } } })
    client.send({ type: 'baro:request', payload: { id: 'r', channel: 'album:1', type: 'mirror', payload: written } })
    expect(await client.message()).toEqual({
      type: 'baro:answer',
      payload: { id: 'r', channel: 'album:1', payload: image.slice().reverse() },
    })
  })

  test('are sent to a client that recovers, and a message without bytes stays a text', async () => {
    const { base, hub } = await serve()
    const { position } = await hub.publish(album({ id: 1 }), 'text', 'a {"baro:bytes":"AAAA"} text')
    await hub.publish(album({ id: 1 }), 'text', 'b')
    await hub.publish(album({ id: 1 }), 'picture', { image: Buffer.from(image), alt: 'x' })
    const reader = await (await AnyClient.open(`${base}/connect`)).connect()
    reader.send({ ...subscribing, payload: { ...subscribing.payload, position } })
    expect(await reader.message()).toMatchObject({
      payload: { publications: [{ payload: 'b' }, { payload: { image } }] },
    })
    await hub.publish(album({ id: 1 }), 'text', 'a {"baro:bytes":"AAAA"} text')
    const { data, isBinary } = await reader.next()
    expect([isBinary, JSON.parse(data.toString())]).toMatchObject([
      false,
      { payload: { publications: [{ payload: 'a {"baro:bytes":"AAAA"} text' }] } },
    ])
  })

  test('are encoded once for all readers', async () => {
    const { base, hub } = await serve()
    const readers = await Promise.all(
      [1, 2, 3].map(async () => (await AnyClient.open(`${base}/connect`, false)).connect()),
    )
    for (const reader of readers) {
      reader.send(subscribing)
      await reader.next()
    }
    const frame = vi.spyOn(webSocketFraming, 'frame')
    await hub.publish(album({ id: 1 }), 'picture', { image, alt: 'x' })
    for (const reader of readers) expect(await reader.message()).toMatchObject({ type: 'baro:publications' })
    expect(frame).toHaveBeenCalledTimes(1)
  })

  test('are refused in a frame that lies: its sender is told, and nobody else notices', async () => {
    const { base, hub } = await serve()
    const [liar, bystander] = await Promise.all(
      [1, 2].map(async () => (await AnyClient.open(`${base}/connect`)).connect()),
    )
    const header = JSON.stringify(publishing('a', { image: { 'baro:bytes': [0, 99] }, alt: '' }))
    liar?.socket.send(Buffer.concat([Buffer.from(`${header}\n`), image]))
    expect((await liar?.next())?.data.toString()).toContain('"bad-message"')
    for (const client of [liar, bystander]) {
      client?.send(publishing(client === liar ? 'b' : 'c', { image: written, alt: '' }))
      expect((await client?.next())?.data.toString()).toContain('baro:published')
    }
    expect(hub.counters).toMatchObject({ sessions: 2, rejected: 1 })
  })
})

describe('a state with keys that clients chose', () => {
  const votes = channel('votes', {
    events: { voted: z.string() },
    state: {
      initial: (): Record<string, number> => ({}),
      on: { voted: (counts, { payload }) => ({ ...counts, [payload]: (counts[payload] ?? 0) + 1 }) },
    },
  })

  test('is sent without a key that would stand for bytes, so that one word does not cost everybody the channel', async () => {
    const log = new RecordedLog()
    const hub = createHub({ channels: [votes], log })
    hub.on(votes, { access: 'public', events: { voted: ({ payload, publish }) => publish('voted', payload) } })
    const { port, close } = await hub.listen(0, '127.0.0.1')
    ends.push(() => hub.close(), close)
    for (const word of ['kim', 'baro:bytes']) await hub.publish(votes(), 'voted', word)
    const reader = await AnyClient.open(`http://127.0.0.1:${port}/baro/channels/votes`)
    expect(JSON.parse((await reader.next()).data.toString())).toMatchObject({ payload: { snapshot: { kim: 1 } } })
    expect((await hub.snapshot(votes())).value).toEqual({ kim: 1 })
    expect(log.errors).toEqual([expect.stringContaining('"baro:bytes"')])
  })
})

describe('a payload with a key that a client chose', () => {
  const counts = z.record(z.string(), z.number())
  const tally = channel('tally', {
    events: { word: z.string(), counted: counts },
    signals: { shown: counts },
    requests: { count: { input: z.string(), output: counts } },
  })
  const countOf = (word: string) => ({ [word]: 1, total: 2 })

  test('does not go out if the key stands for bytes: its maker is told, and everybody goes on', async () => {
    const log = new RecordedLog()
    const hub = createHub({ channels: [tally], log })
    hub.on(tally, {
      access: 'public',
      events: { word: ({ payload, publish }) => publish('counted', countOf(payload)) },
      signals: { shown: ({ signal }) => signal('shown', countOf('baro:bytes')) },
      requests: { count: ({ payload }) => countOf(payload) },
    })
    const { port, close } = await hub.listen(0, '127.0.0.1')
    ends.push(() => hub.close(), close)
    const client = await (await AnyClient.open(`http://127.0.0.1:${port}/baro/connect`)).connect()
    const reader = await AnyClient.open(`http://127.0.0.1:${port}/baro/channels/tally?view=payload`)
    await vi.waitUntil(() => hub.counters.recovered + hub.counters.reset.none === 1, { timeout: 30_000 })
    const heard = async (type: string, payload: object) => {
      client.send({ type, payload: { id: 'a', channel: 'tally', ...payload } })
      return JSON.parse((await client.next()).data.toString()) as unknown
    }
    const word = { type: 'word', payload: 'baro:bytes' }
    expect(await heard('baro:publish', word)).toMatchObject({ payload: { code: 'invalid-payload', id: 'a' } })
    expect(await heard('baro:signal', { type: 'shown', payload: {} })).toMatchObject({
      payload: { code: 'invalid-payload' },
    })
    expect(await heard('baro:request', { ...word, type: 'count' })).toMatchObject({
      payload: { code: 'handler-failed', id: 'a' },
    })
    await expect(hub.publish(tally(), 'counted', countOf('baro:bytes'))).rejects.toMatchObject({
      code: 'invalid-payload',
    })
    expect(await heard('baro:publish', { ...word, id: 'b', payload: 'kim' })).toMatchObject({ type: 'baro:published' })
    expect((await reader.next()).data.toString()).toBe('{"kim":1,"total":2}')
  })
})

describe('bytes at one URL', () => {
  test('a plain WebSocket gets and sends binary messages', async () => {
    const { channelUrl, seen } = await serve()
    const client = await AnyClient.open(channelUrl)
    expect(await client.message()).toMatchObject({
      type: 'baro:reset',
      payload: { snapshot: { cover: Uint8Array.of(1, 2) } },
    })
    client.send({ type: 'picture', payload: { image: written, alt: 'x' }, id: 'mine' })
    expect((await client.next()).data.toString()).toContain('baro:published')
    expect(await client.message()).toMatchObject({ type: 'picture', id: 'mine', payload: { image, alt: 'x' } })
    expect(seen).toEqual([image])
  })

  test('a plain WebSocket with view=payload gets a payload that is bytes as itself, and a text as itself', async () => {
    const { channelUrl, hub } = await serve()
    const client = await AnyClient.open(`${channelUrl}?view=payload&after=none`)
    await vi.waitUntil(() => hub.counters.reset.none === 1, { timeout: 30_000 })
    await hub.publish(album({ id: 1 }), 'raw', image)
    await hub.publish(album({ id: 1 }), 'text', '{"baro:bytes":"AP8KgA=="}')
    await hub.publish(album({ id: 1 }), 'picture', { image, alt: 'x' })
    expect(await client.next()).toEqual({ data: Buffer.from(image), isBinary: true })
    expect(await client.next()).toEqual({ data: Buffer.from('{"baro:bytes":"AP8KgA=="}'), isBinary: false })
    expect(await client.message()).toEqual({ image, alt: 'x' })
  })

  test('HTTP takes and gives their JSON form, at every place where a payload or a state stands', async () => {
    const { base, channelUrl, seen, hub } = await serve()
    const body = JSON.stringify({ type: 'picture', payload: { image: written, alt: 'x' } })
    const posted = await fetch(channelUrl, { method: 'POST', body })
    expect(posted.status).toBe(200)
    expect(seen).toEqual([image])
    const { position } = await hub.publish(album({ id: 1 }), 'picture', { image, alt: 'y' })
    const state = { cover: { 'baro:bytes': 'AQI=' }, newest: [written, written] }
    const get = async (url: string) => (await fetch(url)).json()
    expect(await get(channelUrl)).toMatchObject({ snapshot: state })
    expect(await get(`${channelUrl}?view=state`)).toEqual(state)
    expect(await get(`${channelUrl}?before=${position}&limit=1`)).toMatchObject({
      publications: [{ payload: { image: written, alt: 'y' } }],
    })
    const events = await EventReader.open(`${channelUrl}?live=sse`)
    ends.push(() => events.abort())
    expect(await events.message()).toMatchObject({ type: 'baro:reset', payload: { snapshot: state } })
    const messages = [{ type: 'baro:connect', payload: { protocol: 1, client: 'c' } }, subscribing]
    const asked = await fetch(`${base}/connect?wait=0`, { method: 'POST', body: JSON.stringify({ messages }) })
    expect(await asked.json()).toMatchObject({ messages: [{}, { type: 'baro:reset', payload: { snapshot: state } }] })
  })

  test('a body that uses the key for something else is refused', async () => {
    const { channelUrl } = await serve()
    const body = '{"type":"picture","payload":{"image":{"baro:bytes":"no base64!"},"alt":""}}'
    const answer = await fetch(channelUrl, { method: 'POST', body })
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: 'bad-message' } }])
  })
})

describe('bytes in a state', () => {
  test('stand in a snapshot as JSON, so that any page can embed it', async () => {
    const { hub } = await serve()
    await hub.publish(album({ id: 1 }), 'picture', { image, alt: 'x' })
    const { value } = await hub.snapshot(album({ id: 1 }))
    expect(value).toStrictEqual({ cover: { 'baro:bytes': 'AQI=' }, newest: [written] })
    expect(await hub.snapshot(shelf())).toMatchObject({ value: { scan: written } })
  })

  test('outlive the node in a checkpoint, also of a broker that keeps text', async () => {
    const broker = createMemoryBroker()
    const textBroker: typeof broker = {
      ...broker,
      async readCheckpoint(...args) {
        const checkpoint = await broker.readCheckpoint(...args)
        return checkpoint && { ...checkpoint, state: orThrow(parseJson(jsonText(checkpoint.state) ?? '')) }
      },
    }
    const first = await serve(textBroker)
    await first.hub.publish(album({ id: 1 }), 'picture', { image, alt: 'x' })
    const { value } = await first.hub.snapshot(album({ id: 1 }))
    for (const text of ['a', 'b', 'c']) await first.hub.publish(album({ id: 1 }), 'text', text)
    await vi.waitUntil(async () => (await broker.readCheckpoint('album:1', '1'))?.position.offset === 4, {
      timeout: 30_000,
    })
    const second = await serve(textBroker)
    expect((await second.hub.snapshot(album({ id: 1 }))).value).toStrictEqual(value)
    await second.hub.publish(album({ id: 1 }), 'picture', { image: Uint8Array.of(9), alt: 'x' })
    expect((await second.hub.snapshot(album({ id: 1 }))).value.newest).toStrictEqual([
      written,
      { 'baro:bytes': 'CQ==' },
    ])
  })
})
