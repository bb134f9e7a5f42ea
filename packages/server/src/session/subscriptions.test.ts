import { channel, type Json } from '@baro/core'
import { formatPosition } from '@baro/core/protocol'
import { createSeededRandomness } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { createRoomStage, createStage, payloadOf, room, type Stage, subscribe } from '../../test/fake-client.ts'
import { deliveryOf } from '../../test/feed-nodes.ts'
import { loaded } from '../channel/snapshot-source.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'

const name = 'room:1'
const version = '1'

const textsOf = (payload: Record<string, unknown>) =>
  (payload.publications as { payload: { text: string } }[]).map(({ payload: { text } }) => text)

/** The texts of everything that was delivered live. */
const liveTexts = (messages: readonly { type: string; payload: object }[]) =>
  messages
    .filter(({ type }) => type === 'baro:publications')
    .flatMap(({ payload }) => textsOf(payload as Record<string, unknown>))

describe('a subscribe', () => {
  test('without a position is reset to the newest snapshot, with its attempt', async () => {
    const { connect, hub, publish } = createRoomStage()
    const position = await publish('a', 'b')
    const reset = payloadOf(await subscribe(await connect(), 7), 'baro:reset')
    expect(reset).toEqual({ channel: name, attempt: 7, reason: 'none', position, snapshot: ['a', 'b'] })
    expect(hub.counters).toMatchObject({ subscriptions: 1, recovered: 0, reset: { none: 1 } })
  })

  test('I2: from a position gets what follows it, with its attempt, and then what happens', async () => {
    const { connect, hub, publish } = createRoomStage()
    const rendered = await publish('a')
    const head = await publish('b', 'c')
    const client = await connect()
    const recovered = payloadOf(await subscribe(client, 3, rendered), 'baro:recovered')
    expect(recovered).toMatchObject({ channel: name, attempt: 3, follows: rendered, position: head })
    expect(textsOf(recovered)).toEqual(['b', 'c'])
    const next = await publish('d')
    const live = payloadOf(await client.heard(), 'baro:publications')
    expect(live).toMatchObject({ channel: name, follows: head, position: next })
    expect(textsOf(live)).toEqual(['d'])
    expect(hub.counters).toMatchObject({ recovered: 1, reset: { none: 0 } })
  })

  test('at the head is answered too: nothing was missed', async () => {
    const { connect, publish } = createRoomStage()
    const position = await publish('a')
    const recovered = payloadOf(await subscribe(await connect(), 1, position), 'baro:recovered')
    expect(recovered).toMatchObject({ follows: position, position, publications: [] })
  })

  test('I1: a long tail comes in several pieces that follow each other', async () => {
    const { connect, publish } = createRoomStage({}, { limits: { catchUpPublications: 2 } })
    const rendered = await publish('a')
    await publish('b', 'c', 'd', 'e', 'f')
    const messages = await subscribe(await connect(), 1, rendered)
    expect(messages.map(({ type }) => type)).toEqual(['baro:recovered', 'baro:publications', 'baro:publications'])
    const pieces = messages.map(({ payload }) => payload as Record<string, unknown>)
    expect(pieces.flatMap(textsOf)).toEqual(['b', 'c', 'd', 'e', 'f'])
    expect(pieces[1]?.follows).toBe(pieces[0]?.position)
    expect(pieces[2]?.follows).toBe(pieces[1]?.position)
  })

  test.each<[string, (position: string) => string, string]>([
    ['a build', () => 'none', 'none'],
    ['a database', () => '1q.e.1.1.', 'queried'],
    ['another epoch', (position) => position.replace(/^1a\.[^.]+/, '1a.other'), 'epoch'],
    ['the future', (position) => position.replace(/\.7\./, '.8.'), 'beyond-head'],
    ['the farthest future', (position) => position.replace(/\.7\./, '.9007199254740991.'), 'beyond-head'],
    ['before the history', (position) => position.replace(/\.7\..*/, '.0.'), 'trimmed'],
    ['rewritten history', (position) => position.replace(/\.[^.]*$/, '.other'), 'rewritten'],
  ])('I4: from %s is reset', async (_, move, reason) => {
    const { connect, hub, publish } = createRoomStage()
    const head = await publish('a', 'b', 'c', 'd', 'e', 'f', 'g')
    const reset = payloadOf(await subscribe(await connect(), 1, move(head)), 'baro:reset')
    expect(reset).toMatchObject({ reason, position: head, snapshot: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] })
    expect(hub.counters.reset).toMatchObject({ [reason]: 1 })
  })

  test('I2: what is published while it is being answered comes once', async () => {
    const { broker, clock, connect, publish } = createRoomStage()
    const rendered = await publish('a')
    await publish('b')
    const client = await connect()
    const release = broker.holdReads()
    client.send('baro:subscribe', { channel: name, attempt: 1, version, position: rendered })
    await clock.pass(0)
    await publish('c')
    release()
    const messages = await client.heard()
    expect([...textsOf(payloadOf(messages, 'baro:recovered')), ...liveTexts(messages)]).toEqual(['b', 'c'])
  })

  test('without a state of the channel is reset to a position alone', async () => {
    const plain = channel('plain', { events: { message: room.events.message } })
    const { connect, hub } = createStage({ channels: [plain] })
    hub.on(plain, { access: 'public' })
    const { position } = await hub.publish(plain(), 'message', { text: 'a' })
    const [reset] = await (await connect()).ask('baro:subscribe', { channel: 'plain', attempt: 1, version })
    expect(reset?.payload).toEqual({ channel: 'plain', attempt: 1, reason: 'none', position })
  })

  test('I2: with a loaded snapshot misses nothing that is published while it loads', async () => {
    let finish: (value: string[]) => void = () => {}
    const snapshot = loaded<{ readonly id: string }, never>(
      () => new Promise((resolve) => (finish = resolve as typeof finish)) as never,
    )
    const { clock, connect, publish } = createRoomStage({ snapshot })
    const client = await connect()
    client.send('baro:subscribe', { channel: name, attempt: 1, version })
    await clock.pass(0)
    await publish('late')
    finish(['as it was'])
    const messages = await client.heard()
    expect(payloadOf(messages, 'baro:reset').snapshot).toEqual(['as it was'])
    expect(liveTexts(messages)).toEqual(['late'])
  })
})

describe('a further attempt', () => {
  test('that is newer takes over: it is answered, and everything comes once', async () => {
    const { connect, hub, publish } = createRoomStage()
    const rendered = await publish('a')
    const client = await connect()
    await subscribe(client, 1)
    await publish('b')
    expect(textsOf(payloadOf(await subscribe(client, 2, rendered), 'baro:recovered'))).toEqual(['b'])
    await publish('c')
    expect(liveTexts(await client.heard())).toEqual(['c'])
    expect(hub.counters.subscriptions).toBe(1)
  })

  test.each([1, 0])('numbered %i after 1 is refused, and the first goes on', async (attempt) => {
    const { connect, publish } = createRoomStage()
    const client = await connect()
    await subscribe(client, 1)
    const error = payloadOf(await subscribe(client, attempt), 'baro:error')
    // It has no attempt: with one, the client would end the subscription that goes on.
    expect(error).toEqual({ code: 'already-subscribed', channel: name, message: expect.any(String) })
    await publish('a')
    expect(liveTexts(await client.heard())).toEqual(['a'])
  })

  test('that comes while the first is being answered is the only one that is', async () => {
    const { broker, clock, connect, publish } = createRoomStage()
    const rendered = await publish('a')
    await publish('b')
    const client = await connect()
    const release = broker.holdReads()
    for (const attempt of [1, 2]) client.send('baro:subscribe', { channel: name, attempt, version, position: rendered })
    await clock.pass(0)
    release()
    expect(payloadOf(await client.heard(), 'baro:recovered').attempt).toBe(2)
  })

  test('that could not be read leaves the first as it is', async () => {
    const { connect, publish } = createRoomStage()
    const client = await connect()
    await subscribe(client, 1)
    expect(payloadOf(await subscribe(client, 2, 'garbage'), 'baro:error')).toMatchObject({ code: 'bad-position' })
    await publish('a')
    expect(liveTexts(await client.heard())).toEqual(['a'])
  })
})

describe('I4: another life of the stream', () => {
  test('interrupts a live subscription by a reset of its newest attempt, and goes on from there', async () => {
    const { broker, clock, connect, publish } = createRoomStage()
    const client = await connect()
    await publish('old')
    for (const attempt of [1, 2]) await subscribe(client, attempt)
    const other = createMemoryBroker({ clock, randomness: createSeededRandomness('another life') })
    const entry = { type: 'message', payload: { text: 'new' }, id: 'new', time: 0 }
    await other.append(name, [entry], room.history)
    Object.assign(broker, { read: other.read, readCheckpoint: other.readCheckpoint })
    for (const subscriber of broker.followers) subscriber.lost()
    const reset = payloadOf(await client.heard(), 'baro:reset')
    expect(reset).toMatchObject({ attempt: 2, reason: 'epoch', snapshot: ['new'] })
    const next = deliveryOf(await other.append(name, [{ ...entry, id: 'next' }], room.history))
    for (const subscriber of broker.followers) subscriber.deliver(next)
    expect(payloadOf(await client.heard(), 'baro:publications').follows).toBe(reset.position)
  })

  test('is not reached by a reader that knows it before its node, until the node has followed', async () => {
    const { broker, clock, connect, publish } = createRoomStage()
    const [early, late] = [await connect(), await connect()]
    await publish('old')
    await subscribe(early, 1)
    const other = createMemoryBroker({ clock, randomness: createSeededRandomness('another life') })
    const entry = { type: 'message', payload: { text: 'new' }, id: 'new', time: 0 }
    const { position } = deliveryOf(await other.append(name, [entry], room.history))
    Object.assign(broker, { read: other.read, readCheckpoint: other.readCheckpoint })
    expect(payloadOf(await subscribe(late, 1, formatPosition(position)), 'baro:recovered').publications).toEqual([])
    expect(payloadOf(await early.heard(), 'baro:reset')).toMatchObject({ reason: 'epoch', snapshot: ['new'] })
  })
})

describe('an unsubscribe', () => {
  test('is answered, and nothing comes after the answer', async () => {
    const { connect, hub, publish } = createRoomStage()
    const client = await connect()
    await subscribe(client, 1)
    await publish('a')
    const messages = await client.ask('baro:unsubscribe', { channel: name })
    expect(messages.at(-1)).toEqual({ type: 'baro:unsubscribed', payload: { channel: name } })
    await publish('b')
    expect(await client.heard()).toEqual([])
    expect(hub.counters.subscriptions).toBe(0)
  })

  test('of a channel that is not subscribed to is an error', async () => {
    const { connect } = createRoomStage()
    const [error] = await (await connect()).ask('baro:unsubscribe', { channel: name })
    expect(error?.payload).toMatchObject({ code: 'not-subscribed', channel: name })
  })

  test('forgets the attempts', async () => {
    const { connect } = createRoomStage()
    const client = await connect()
    await subscribe(client, 9)
    await client.ask('baro:unsubscribe', { channel: name })
    expect(payloadOf(await subscribe(client, 1), 'baro:reset')).toMatchObject({ attempt: 1 })
  })
})

describe('a subscribe is refused', () => {
  const refusal = async ({ connect }: Pick<Stage, 'connect'>, payload: Record<string, Json>) => {
    const [error, ...rest] = await (await connect()).ask('baro:subscribe', { attempt: 1, version, ...payload })
    expect(rest).toEqual([])
    return error?.payload as Record<string, unknown>
  }

  test.each([
    ['an unknown channel', { channel: 'lobby' }, 'unknown-channel'],
    ['one segment too few', { channel: 'room' }, 'unknown-channel'],
    ['what every object inherits', { channel: 'constructor' }, 'unknown-channel'],
    ['a prototype', { channel: '__proto__' }, 'unknown-channel'],
    ['an empty name', { channel: '' }, 'bad-name'],
    ['an empty segment', { channel: 'room:' }, 'bad-name'],
    ['a name that is encoded where it need not be', { channel: 'room:%31' }, 'bad-name'],
    ['a name that is not encoded where it must be', { channel: 'room:한' }, 'bad-name'],
    ['a name in small letters', { channel: 'room:%ed%95%9c' }, 'bad-name'],
    ['a name that is too long', { channel: `room:${'x'.repeat(255)}` }, 'bad-name'],
    ['a garbage position', { channel: name, position: 'garbage' }, 'bad-position'],
    ['an empty position', { channel: name, position: '' }, 'bad-position'],
    ['a huge position', { channel: name, position: `1a.${'e'.repeat(50_000)}.1.x` }, 'bad-position'],
    ['an offset that is no number', { channel: name, position: '1a.e.99999999999999999999.x' }, 'bad-position'],
    ['another version', { channel: name, version: '2' }, 'outdated'],
  ])('for %s', async (_, payload, code) => {
    const stage = createRoomStage()
    expect(await refusal(stage, payload)).toMatchObject({ code, channel: payload.channel, attempt: 1 })
    expect(stage.hub.counters).toMatchObject({ subscriptions: 0, rejected: 1 })
  })

  test('I7: beyond the subscriptions of one connection, until one is given back', async () => {
    const { connect } = createRoomStage({}, { limits: { maxSubscriptions: 2 } })
    const client = await connect()
    const follow = (id: number) => client.ask('baro:subscribe', { channel: `room:${id}`, attempt: 1, version })
    await follow(1)
    await follow(2)
    expect(payloadOf(await follow(3), 'baro:error')).toMatchObject({
      code: 'too-many-subscriptions',
      channel: 'room:3',
    })
    await client.ask('baro:unsubscribe', { channel: 'room:1' })
    expect(payloadOf(await follow(3), 'baro:reset')).toMatchObject({ channel: 'room:3' })
  })

  test('if the broker cannot be read; who tries again later succeeds', async () => {
    const { broker, connect, hub } = createRoomStage()
    broker.broken.add('read')
    const client = await connect()
    expect(payloadOf(await subscribe(client, 1), 'baro:error')).toMatchObject({ code: 'unavailable', attempt: 1 })
    expect(hub.counters.subscriptions).toBe(0)
    broker.broken.clear()
    expect(payloadOf(await subscribe(client, 1), 'baro:reset')).toMatchObject({ attempt: 1 })
  })

  test('if the broker contradicts itself, instead of asking it for ever', async () => {
    const { broker, clock, connect, publish } = createRoomStage()
    const rendered = await publish('a')
    await publish('b')
    // The node still has what it has heard itself.
    clock.advance(10_000)
    broker.giveNothing()
    const messages = await subscribe(await connect(), 1, rendered)
    expect(payloadOf(messages, 'baro:error')).toMatchObject({ code: 'unavailable', channel: name, attempt: 1 })
  })

  test('if its snapshot cannot be loaded, and the log says why', async () => {
    const snapshot = loaded<{ readonly id: string }, never>(() => {
      throw new Error('no database')
    })
    const { connect, log } = createRoomStage({ snapshot })
    expect(payloadOf(await subscribe(await connect(), 1), 'baro:error')).toMatchObject({ code: 'handler-failed' })
    expect(log.errors).toEqual([expect.stringMatching(/"room:1".*no database/s)])
  })

  test('if a reducer has made what is no JSON, which hurts nobody else', async () => {
    const broken = channel('broken', {
      events: { message: room.events.message },
      state: { initial: (): unknown => [], on: { message: () => 1n } },
    })
    const { connect, hub, log } = createStage({ channels: [room, broken] })
    hub.on(room, { access: 'public' })
    hub.on(broken, { access: 'public' })
    const client = await connect()
    await hub.publish(broken(), 'message', { text: 'a' })
    expect(await client.ask('baro:subscribe', { channel: 'broken', attempt: 1, version })).toMatchObject([
      { type: 'baro:error', payload: { code: 'handler-failed', channel: 'broken', attempt: 1 } },
    ])
    expect(log.errors).toEqual([expect.stringContaining('"broken"')])
    expect(payloadOf(await subscribe(client, 1), 'baro:reset').snapshot).toEqual([])
  })
})
