import { channel } from '@baro/core'
import { closeCodes, formatPosition, startOf } from '@baro/core/protocol'
import { createFakeClock } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createStage, FakeClient, payloadOf, RecordedLog, room } from '../../test/fake-client.ts'
import { loaded } from '../channel/snapshot-source.ts'
import { createHub } from './create-hub.ts'

const roomOne = room({ id: 1 })
const handshake = { headers: {}, url: '/baro/connect' }

function setUp(options: Parameters<typeof createStage>[0] = {}) {
  const stage = createStage(options)
  stage.hub.on(room, { access: 'public' })
  return stage
}

describe('createHub', () => {
  test.each([
    ['room:{id}', 'room:{name}'],
    ['room:{id}', 'room:lobby'],
    ['{a}:{b}', 'room:{id}'],
    ['news', 'news'],
  ])('refuses %s beside %s: a name would belong to both', (one, other) => {
    expect(() => createHub({ channels: [channel(one), channel(other)] })).toThrow(
      expect.objectContaining({ code: 'bad-definition', message: expect.stringContaining(other) }),
    )
  })

  test('takes two patterns if no name matches both', () => {
    expect(() =>
      createHub({ channels: [channel('room:{id}'), channel('room:{id}:{part}'), channel('user:{id}')] }),
    ).not.toThrow()
  })
})

describe('hub.on', () => {
  test.each<[string, unknown, unknown]>([
    ['a channel that is not among its own', channel('other'), { access: 'public' }],
    ['no access rule', room, { events: {} }],
    ['an access rule that is none', room, { access: 'everybody' }],
    ['no handlers at all', room, undefined],
    ['a handler of an event that is not defined', room, { access: 'public', events: { nothing: () => {} } }],
    ['a handler of a signal that is not defined', room, { access: 'public', signals: { message: () => {} } }],
    ['a handler of a request that is not defined', room, { access: 'public', requests: { constructor: () => {} } }],
    ['a moment that is none', 'conected', () => {}],
    ['a channel that is none', {}, { access: 'public' }],
  ])('refuses %s', (_, target, action) => {
    const { hub } = createStage()
    expect(() => hub.on(target as never, action as never)).toThrow(expect.objectContaining({ code: 'bad-definition' }))
  })

  test('refuses to be called twice for one channel', () => {
    const { hub } = setUp()
    expect(() => hub.on(room, { access: 'public' })).toThrow(expect.objectContaining({ code: 'bad-definition' }))
  })

  test('knows a channel by its pattern: a bundle has a copy of the definition', () => {
    const { hub } = createStage()
    hub.on(channel('room:{id}'), { access: 'public' })
    expect(hub.isPublic(roomOne)).toBe(true)
  })
})

describe('a channel without an access rule', () => {
  test.each<[string, (stage: ReturnType<typeof createStage>) => unknown]>([
    ['attach', ({ hub }) => hub.attach({} as never)],
    ['connect', ({ hub, clock }) => new FakeClient(hub, clock)],
    ['isPublic', ({ hub }) => hub.isPublic(roomOne)],
  ])('is refused at %s', (_, use) => {
    expect(() => use(createStage())).toThrow(
      expect.objectContaining({ code: 'bad-definition', message: expect.stringContaining('"room:{id}"') }),
    )
  })

  test.each<[string, (stage: ReturnType<typeof createStage>) => Promise<unknown>]>([
    ['snapshot', ({ hub }) => hub.snapshot(roomOne)],
    ['publish', ({ hub }) => hub.publish(roomOne, 'message', { text: 'a' })],
    ['signal', ({ hub }) => hub.signal(roomOne, 'typing', { on: true })],
  ])('is refused at %s', async (_, use) => {
    await expect(use(createStage())).rejects.toMatchObject({ code: 'bad-definition' })
  })
})

describe('hub.snapshot', () => {
  test('is the newest value at its position, of the version of its definition', async () => {
    const { hub } = setUp()
    const { position } = await hub.publish(roomOne, 'message', { text: 'a' })
    expect(await hub.snapshot(roomOne)).toEqual({ channel: 'room:1', position, version: '1', value: ['a'] })
  })

  test('of a channel where nothing happened is its initial value, and creates nothing', async () => {
    const { broker, hub } = setUp()
    const { epoch } = await broker.read('room:1', { limit: 0, bytes: 0 })
    const snapshot = await hub.snapshot(roomOne)
    expect(snapshot).toMatchObject({ position: formatPosition(startOf(epoch)), value: [] })
    expect((await hub.publish(roomOne, 'message', { text: 'a' })).position).toContain(`.${epoch}.1.`)
  })

  test('is a copy: what a page does to it changes nothing here', async () => {
    const { hub } = setUp()
    const mine = await hub.snapshot(roomOne)
    ;(mine.value as string[]).push('mine')
    expect((await hub.snapshot(roomOne)).value).toEqual([])
  })

  test('continues live: a client that has it is at the head', async () => {
    const { connect, hub } = setUp()
    await hub.publish(roomOne, 'message', { text: 'a' })
    const { position } = await hub.snapshot(roomOne)
    const client = await connect()
    const messages = await client.ask('baro:subscribe', { channel: 'room:1', attempt: 1, version: '1', position })
    expect(payloadOf(messages, 'baro:recovered').publications).toEqual([])
  })

  test.each([
    ['bad-name', 'room::1'],
    ['unknown-channel', 'lobby'],
  ])('rejects with %s', async (code, name) => {
    await expect(setUp().hub.snapshot({ channel: name })).rejects.toMatchObject({ code })
  })

  test('rejects with what its source throws', async () => {
    const { hub } = createStage()
    const snapshot = loaded<{ readonly id: string }, never>(() => Promise.reject(new Error('no database')))
    hub.on(room, { access: 'public', snapshot })
    await expect(hub.snapshot(roomOne)).rejects.toThrow('no database')
  })

  test('rejects while the broker cannot be read', async () => {
    const { broker, hub } = setUp()
    broker.broken.add('readCheckpoint')
    await expect(hub.snapshot(roomOne)).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('hub.drain', () => {
  const closed = (client: FakeClient) => client.socket.closedWith?.code

  test('tells every client when to come back, each its own time, closes with 4000, and refuses new ones', async () => {
    const { clock, connect, hub } = setUp()
    const clients = [await connect(), await connect(), await connect()]
    hub.drain({ spreadMs: 10_000 })
    const times = clients.map((client) => payloadOf(client.socket.take(), 'baro:drain').reconnectInMs as number)
    expect(new Set(times).size).toBe(3)
    expect(times.every((ms) => Number.isInteger(ms) && ms >= 0 && ms <= 10_000)).toBe(true)
    expect(clients.map(closed)).toEqual([closeCodes.drain, closeCodes.drain, closeCodes.drain])
    const late = new FakeClient(hub, clock)
    expect(payloadOf(late.socket.take(), 'baro:drain')).toEqual({ reconnectInMs: 0 })
    expect(closed(late)).toBe(closeCodes.drain)
    expect(hub.counters.sessions).toBe(0)
  })

  test('resolves when the last link is gone', async () => {
    const { clock, connect, hub } = setUp()
    const clients = [await connect(), await connect()]
    let drained = 0
    const both = [hub.drain(), hub.drain()].map((drain) => drain.then(() => drained++))
    clients[0]?.link.closed()
    await clock.pass(0)
    expect(drained).toBe(0)
    clients[1]?.link.closed()
    await Promise.all(both)
    expect(clock.now()).toBe(Date.UTC(2026, 0, 1))
  })

  test('resolves at once when nobody is connected', async () => {
    await setUp().hub.drain()
  })

  test('does not wait for a link that never goes', async () => {
    const { clock, connect, hub } = setUp()
    await connect()
    const drain = hub.drain({ timeoutMs: 3_000 })
    await clock.pass(3_000)
    await drain
  })
})

describe('hub.close', () => {
  test('ends every session, lets go of every channel, and leaves no timer', async () => {
    const { broker, clock, connect, hub } = setUp()
    const client = await connect()
    await client.ask('baro:subscribe', { channel: 'room:1', attempt: 1, version: '1' })
    await hub.close()
    client.link.closed()
    expect(client.socket.closedWith?.code).toBe(closeCodes.drain)
    expect(broker.followers.size).toBe(0)
    await clock.pass(20_000)
    expect(clock.pending).toBe(0)
  })

  test('closes a broker that it made, and no other', async () => {
    const clock = createFakeClock()
    const own = createHub({ channels: [room], clock, log: new RecordedLog() })
    own.on(room, { access: 'public' })
    await own.close()
    await expect(own.publish(roomOne, 'message', { text: 'a' })).rejects.toMatchObject({ code: 'unavailable' })
    const { broker, hub } = setUp()
    await hub.close()
    expect(await broker.read('room:1', { limit: 1, bytes: 1 })).toMatchObject({ publications: [] })
  })

  test('keeps the state of what was published just before', async () => {
    const { broker, clock, hub } = setUp()
    for (const text of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await hub.publish(roomOne, 'message', { text })
    await hub.close()
    const next = createHub({ channels: [room], broker, clock, log: new RecordedLog() })
    next.on(room, { access: 'public' })
    expect((await next.snapshot(roomOne)).value).toHaveLength(7)
  })
})

test('a handler gets the wire form of a payload: a date is text there', async () => {
  const event = channel('event', { events: { at: z.object({ date: z.coerce.date() }) } })
  const { connect, hub } = createStage({ channels: [event] })
  const got: string[] = []
  hub.on(event, { access: 'public', events: { at: ({ payload }) => got.push(payload.date) } })
  const publish = { id: 'a', channel: 'event', type: 'at', payload: { date: '1970-01-01' } }
  expect(payloadOf(await (await connect()).ask('baro:publish', publish), 'baro:published')).toEqual({
    id: 'a',
    channel: 'event',
  })
  expect(got).toEqual(['1970-01-01T00:00:00.000Z'])
})

test('a client that connects without a network of ours is served', async () => {
  const { clock, hub } = setUp()
  const written: string[] = []
  const framing = { name: 'plain', frame: (text: string) => Buffer.from(text) }
  const socket = {
    framing,
    waitingBytes: 0,
    write: (pieces: readonly Uint8Array[]) => written.push(Buffer.concat(pieces).toString()),
    close: () => {},
  }
  hub.connect(socket, handshake).receive('{"type":"baro:connect","payload":{"protocol":1,"client":"a"}}')
  await clock.pass(0)
  expect(written).toEqual([expect.stringContaining('baro:connected')])
})
