/** I8: once a node knows that somebody may not follow a channel, nothing more of it is handed over. */
import { closeCodes } from '@baro/core/protocol'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { createRoomStage, FakeClient, payloadOf, RecordedLog, room, subscribe } from '../../test/fake-client.ts'
import { publishAll, serve } from '../../test/http-stage.ts'
import { EventReader, TextSocket } from '../../test/stream-readers.ts'
import type { Auth } from '../channel/handlers.ts'
import { createHub } from '../hub/create-hub.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'

const members = { access: ({ user }: { readonly user: unknown }) => user !== undefined }
const roomOne = room({ id: 1 })
const other = { channel: 'room:2', attempt: 1, version: '1' }

describe('a user who may not follow a channel any more', () => {
  test('is told so, gets nothing of it, and follows the others as before', async () => {
    const { connect, hub, publish } = createRoomStage(members)
    const [ada, grace] = [await connect('ada'), await connect('grace')]
    for (const client of [ada, grace]) await subscribe(client, 1)
    await ada.ask('baro:subscribe', other)
    await hub.revoke({ user: 'ada', channel: roomOne })
    expect(payloadOf(await ada.heard(), 'baro:error')).toMatchObject({ code: 'refused', channel: 'room:1', attempt: 1 })
    await publish('secret')
    await hub.publish(room({ id: 2 }), 'message', { text: 'b' })
    expect(payloadOf(await ada.heard(), 'baro:publications')).toMatchObject({ channel: 'room:2' })
    expect(payloadOf(await grace.heard(), 'baro:publications')).toMatchObject({ channel: 'room:1' })
    expect(hub.counters).toMatchObject({ sessions: 2, subscriptions: 2 })
  })

  test('does not get what waits to be handed over; answers leave, and so does what waits of other channels', async () => {
    const requests = { echo: ({ payload }: { payload: unknown }) => payload }
    const { connect, hub, publish, clock } = createRoomStage({ ...members, requests })
    const ada = await connect('ada')
    await subscribe(ada, 1)
    await ada.ask('baro:subscribe', other)
    await publish('secret')
    await hub.publish(room({ id: 2 }), 'message', { text: 'b' })
    ada.send('baro:request', { id: 'q', channel: 'room:1', type: 'echo', payload: { text: 'answer' } })
    for (let turns = 0; turns < 20; turns++) await Promise.resolve()
    void hub.revoke({ user: 'ada', channel: roomOne })
    await clock.pass(0)
    const heard = ada.socket.take()
    expect(JSON.stringify(heard)).not.toContain('secret')
    expect(heard.map(({ type }) => type).sort()).toEqual(['baro:answer', 'baro:error', 'baro:publications'])
  })

  test('of none, without a channel, follows nothing', async () => {
    const { connect, hub } = createRoomStage(members)
    const ada = await connect('ada')
    await subscribe(ada, 1)
    await ada.ask('baro:subscribe', other)
    await hub.revoke({ user: 'ada' })
    expect((await ada.heard()).map(({ payload }) => payload)).toMatchObject([
      { code: 'refused', channel: 'room:1' },
      { code: 'refused', channel: 'room:2' },
    ])
    expect(hub.counters).toMatchObject({ sessions: 1, subscriptions: 0 })
  })

  test('is not let in by a rule that looked before', async () => {
    let answer: (isAllowed: boolean) => void = () => {}
    const access = () => new Promise<boolean>((resolve) => (answer = resolve))
    const { connect, hub, publish } = createRoomStage({ access, events: { message: () => {} } })
    await publish('secret')
    const ada = await connect('ada')
    await subscribe(ada, 1)
    await hub.revoke({ user: 'ada', channel: roomOne })
    answer(true)
    expect(JSON.stringify(await ada.heard())).not.toContain('secret')
    ada.send('baro:publish', { id: 'p', channel: 'room:1', type: 'message', payload: { text: 'hi' } })
    for (let turns = 0; turns < 20; turns++) await Promise.resolve()
    await hub.revoke({ user: 'ada', channel: roomOne })
    answer(true)
    expect(payloadOf(await ada.heard(), 'baro:error')).toMatchObject({ code: 'refused', id: 'p' })
  })

  test('is told so on every plain rung, and as a participant', async () => {
    const { hub, url, send, waits, ask } = await serve({}, members)
    const [position = ''] = await publishAll(hub, 'chat:1', 'old')
    const headers = { authorization: 'Bearer ada' }
    const path = '/baro/channels/chat:1'
    const socket = new TextSocket(url(path), { headers })
    const stream = await EventReader.open(url(`${path}?live=sse`), { headers })
    const pending = send(`${path}?after=${position}&wait=25`, { headers })
    const told = new Promise((resolve) => {
      const ignore = () => {}
      const follower = { delivered: ignore, reset: ignore, failed: ({ code }: { code: string }) => resolve(code) }
      hub.open({ user: { id: 'ada' } }).follow({ channel: 'chat:1' }, 'now', follower)
    })
    await socket.next()
    await stream.next()
    while (!waits.includes(25_000)) await new Promise((resolve) => setImmediate(resolve))
    await hub.revoke({ user: 'ada', channel: { channel: 'chat:2' } })
    expect([socket.unread, stream.unread, pending.isAnswered]).toEqual([0, 0, false])
    await hub.revoke({ user: 'ada', channel: { channel: 'chat:1' } })
    expect(await socket.message()).toMatchObject({ payload: { code: 'refused' } })
    expect((await socket.closed).code).toBe(closeCodes.refused)
    expect(await stream.message()).toMatchObject({ payload: { code: 'refused' } })
    await stream.ended
    expect([(await pending.answer).status, await told]).toEqual([403, 'refused'])
    // What it may from now on, the rule says.
    expect((await ask(path, { headers })).status).toBe(200)
  })
})

describe('a user who is disconnected', () => {
  test('has nothing open any more, and comes back with a new token', async () => {
    const { connect, hub, publish } = createRoomStage(members)
    const [ada, again, grace] = [await connect('ada'), await connect('ada'), await connect('grace')]
    for (const client of [ada, again, grace]) await subscribe(client, 1)
    await hub.disconnect({ user: 'ada' })
    await publish('secret')
    for (const client of [ada, again]) {
      expect(await client.heard()).toMatchObject([{ type: 'baro:error', payload: { code: 'expired' } }])
      expect(client.socket.closedWith?.code).toBe(closeCodes.expired)
    }
    expect(payloadOf(await grace.heard(), 'baro:publications')).toMatchObject({ channel: 'room:1' })
    expect(hub.counters.sessions).toBe(1)
  })

  test.each(['baro:connect', 'baro:refresh'])('is not let in by an auth that looked before: %s', async (type) => {
    let answer = () => {}
    const auth: Auth = ({ token = '' }) =>
      token === 'ada' ? { id: 'ada' } : new Promise((resolve) => (answer = () => resolve({ id: 'ada' })))
    const { connect, hub, clock } = createRoomStage(members, { auth })
    const client = type === 'baro:refresh' ? await connect('ada') : new FakeClient(hub, clock)
    await client.ask(type, { protocol: 1, client: 'a-client', token: 'ada, slowly' })
    await hub.disconnect({ user: 'ada' })
    answer()
    expect(payloadOf(await client.heard(), 'baro:error')).toMatchObject({ code: 'expired' })
    expect(client.socket.closedWith?.code).toBe(closeCodes.expired)
    expect(hub.counters.sessions).toBe(0)
  })

  test('is found before the hub has asked anything else about the session', async () => {
    const { broker, hub, clock } = createRoomStage(members)
    let known = () => {}
    broker.claimsEpoch = () => new Promise((resolve) => (known = () => resolve('a-life')))
    const client = new FakeClient(hub, clock)
    await client.ask('baro:connect', { protocol: 1, client: 'a-client', token: 'ada' })
    await hub.disconnect({ user: 'ada' })
    known()
    expect(payloadOf(await client.heard(), 'baro:error')).toMatchObject({ code: 'expired' })
    expect(hub.counters.sessions).toBe(0)
  })

  test('of a thousand others who are forgotten: whoever is let in meanwhile is asked again', async () => {
    let answer = () => {}
    const auth: Auth = ({ token = '' }) =>
      token === 'slow' ? new Promise((resolve) => (answer = () => resolve({ id: 'ada' }))) : { id: token }
    const { hub, clock } = createRoomStage(members, { auth })
    const client = new FakeClient(hub, clock)
    await client.ask('baro:connect', { protocol: 1, client: 'a-client', token: 'slow' })
    for (let index = 0; index < 1_001; index++) await hub.disconnect({ user: `user-${index}` })
    answer()
    expect(payloadOf(await client.heard(), 'baro:error')).toMatchObject({ code: 'unavailable' })
    expect(client.socket.closedWith?.code).toBe(closeCodes.unavailable)
  })
})

describe('on another node', () => {
  function twoNodes() {
    const clock = createFakeClock()
    const randomness = createSeededRandomness('nodes')
    const broker = createMemoryBroker({ clock, randomness })
    const listeners: { heard(message: never): void; lost(): void }[] = []
    const { hear } = broker
    Object.assign(broker, {
      hear(listener: (typeof listeners)[number]) {
        listeners.push(listener)
        return hear.call(broker, listener)
      },
    })
    const nodes = [1, 2].map(() => {
      const log = new RecordedLog()
      const auth = ({ token = '' }) => ({ id: token })
      const hub = createHub({ channels: [room], auth, broker, clock, randomness, log })
      hub.on(room, { access: 'public' })
      return hub
    })
    const connect = async (node: number, token: string) => {
      const client = new FakeClient(nodes[node] as never, clock)
      await client.ask('baro:connect', { protocol: 1, client: `client-${token}`, token })
      await subscribe(client, 1)
      return client
    }
    const [first] = nodes
    if (!first) throw new Error('no node')
    return { clock, connect, hub: first, listeners }
  }

  test.each(['revoke', 'disconnect'] as const)('is told by the broker: %s', async (what) => {
    const { connect, hub } = twoNodes()
    const [ada, grace] = [await connect(1, 'ada'), await connect(1, 'grace')]
    await hub[what]({ user: 'ada' })
    expect(await ada.heard()).toMatchObject([{ payload: { code: what === 'revoke' ? 'refused' : 'expired' } }])
    await hub.publish(roomOne, 'message', { text: 'secret' })
    expect(await ada.heard()).toEqual([])
    expect(payloadOf(await grace.heard(), 'baro:publications')).toBeDefined()
  })

  test('that may have missed it, all users come back within five seconds, so that auth and rules are asked', async () => {
    const { clock, connect, hub, listeners } = twoNodes()
    const [ada, grace] = [await connect(1, 'ada'), await connect(1, 'grace')]
    const elsewhere = await connect(0, 'ada')
    listeners[1]?.lost()
    await clock.pass(5_000)
    for (const client of [ada, grace]) {
      expect(payloadOf(client.socket.take(), 'baro:drain')).toEqual({ reconnectInMs: 0 })
      expect(client.socket.closedWith?.code).toBe(closeCodes.drain)
    }
    await hub.publish(roomOne, 'message', { text: 'secret' })
    expect([await ada.heard(), await grace.heard()]).toEqual([[], []])
    expect(payloadOf(await elsewhere.heard(), 'baro:publications')).toBeDefined()
  })

  test('that cannot hear for a while, they come back once it hears again, and not before', async () => {
    const clock = createFakeClock()
    const broker = createMemoryBroker({ clock })
    let isAway = true
    const { hear } = broker
    broker.hear = (listener) => (isAway ? Promise.reject(new Error('away')) : hear(listener))
    const log = new RecordedLog()
    const hub = createHub({ channels: [room], auth: () => ({ id: 'ada' }), broker, clock, log })
    hub.on(room, { access: 'public' })
    const client = new FakeClient(hub, clock)
    await client.ask('baro:connect', { protocol: 1, client: 'a-client' })
    await clock.pass(3_000)
    expect(log.errors).toHaveLength(4)
    expect(client.socket.closedWith).toBeUndefined()
    isAway = false
    await clock.pass(6_000)
    expect(client.socket.closedWith?.code).toBe(closeCodes.drain)
  })

  test('that cannot be told, the call says so, and here it is done', async () => {
    const { connect, hub, broker, log } = createRoomStage(members)
    const ada = await connect('ada')
    await subscribe(ada, 1)
    broker.tell = () => Promise.reject(new Error('the broker is away'))
    await expect(hub.revoke({ user: 'ada' })).rejects.toThrow('away')
    expect(payloadOf(await ada.heard(), 'baro:error')).toMatchObject({ code: 'refused' })
    void log
  })
})

test('nobody is revoked by a mistake', async () => {
  const { hub } = createRoomStage(members)
  await expect(hub.revoke({ user: '' })).rejects.toMatchObject({ code: 'bad-definition' })
  await expect(hub.disconnect({} as never)).rejects.toMatchObject({ code: 'bad-definition' })
  await expect(hub.revoke({ user: 'ada', channel: { channel: 'rom:1' } as never })).rejects.toMatchObject({
    code: 'unknown-channel',
  })
})
