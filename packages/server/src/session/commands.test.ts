import { channel, type Json, type Schema } from '@baro/core'
import type { ServerMessage } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createStage, FakeClient, payloadOf, room } from '../../test/fake-client.ts'
import type { AnyHandlers } from '../channel/handlers.ts'

const name = 'room:1'
const passOn: NonNullable<AnyHandlers['events']> = { message: ({ payload, publish }) => publish('message', payload) }

function setUp(handlers: Partial<AnyHandlers> = {}, options: Parameters<typeof createStage>[0] = {}) {
  const stage = createStage(options)
  stage.hub.on(room, { access: 'public', events: passOn, ...handlers })
  const follow = async (client: FakeClient) => {
    await client.ask('baro:subscribe', { channel: name, attempt: 1, version: '1' })
    return client
  }
  return { ...stage, follow }
}

const publishing = (id: string, text: Json, type = 'message', where = name) => ({
  id,
  channel: where,
  type,
  payload: { text },
})

describe('a publish', () => {
  test('reaches everybody, its sender too, marked by its id and its user', async () => {
    const { connect, follow } = setUp()
    const [sender, other] = [await follow(await connect('ada')), await follow(await connect())]
    const messages = await sender.ask('baro:publish', publishing('my-id', 'hello'))
    const { position } = payloadOf(messages, 'baro:published')
    for (const delivered of [messages, await other.heard()])
      expect(payloadOf(delivered, 'baro:publications')).toMatchObject({
        position,
        publications: [{ id: 'my-id', by: 'ada', offset: 1, payload: { text: 'hello' } }],
      })
  })

  test('needs no subscription', async () => {
    const { connect } = setUp()
    const messages = await (await connect()).ask('baro:publish', publishing('a', 'hello'))
    expect(messages).toMatchObject([{ type: 'baro:published', payload: { id: 'a' } }])
  })

  test('I5: of a guest is repeated on another connection with the same secret, and only there', async () => {
    const { hub, clock } = setUp()
    const of = async (secret: string) => {
      const client = new FakeClient(hub, clock)
      await client.ask('baro:connect', { protocol: 1, client: secret })
      return payloadOf(await client.ask('baro:publish', publishing('a', secret)), 'baro:published').position
    }
    const first = await of('secret-1')
    expect(await of('secret-1')).toBe(first)
    expect(await of('secret-2')).not.toBe(first)
    expect(hub.counters).toMatchObject({ published: 2, repeated: 1 })
  })

  test('I5: a guest cannot get the answers of a user, whatever its secret', async () => {
    const { connect, hub, clock } = setUp()
    await (await connect('ada')).ask('baro:publish', publishing('a', 'of ada'))
    const guest = new FakeClient(hub, clock)
    await guest.ask('baro:connect', { protocol: 1, client: 'ada' })
    await guest.ask('baro:publish', publishing('a', 'of a guest'))
    expect(hub.counters).toMatchObject({ published: 2, repeated: 0 })
  })

  test.each<[string, Record<string, Json>, string]>([
    ['no handler accepts', publishing('a', 'hello', 'note'), 'not-accepted'],
    ['is of an unknown type', publishing('a', 'hello', 'nothing'), 'not-accepted'],
    ['is of a type every object inherits', publishing('a', 'hello', 'constructor'), 'not-accepted'],
    ['is of the type toString', publishing('a', 'hello', 'toString'), 'not-accepted'],
    ['is of the type __proto__', publishing('a', 'hello', '__proto__'), 'not-accepted'],
    ['fails its schema', publishing('a', 5), 'invalid-payload'],
    ['has no payload to speak of', { ...publishing('a', ''), payload: null }, 'invalid-payload'],
    ['nests too deep', { ...publishing('a', ''), payload: nested(200) }, 'invalid-payload'],
    ['has a bad id', publishing('a b', 'hello'), 'bad-id'],
    ['is for an unknown channel', publishing('a', 'hello', 'message', 'lobby'), 'unknown-channel'],
    ['is for no channel name', publishing('a', 'hello', 'message', 'a::b'), 'bad-name'],
  ])('that %s is answered with its id and channel', async (_, payload, code) => {
    const { connect, hub } = setUp()
    const [error, ...rest] = await (await connect()).ask('baro:publish', payload)
    expect(rest).toEqual([])
    expect(error).toMatchObject({ type: 'baro:error', payload: { code, id: payload.id, channel: payload.channel } })
    expect(hub.counters).toMatchObject({ published: 0, rejected: 1 })
  })

  test.each([
    ['nests too deep for any message', JSON.stringify(nested(500))],
    ['has a key "__proto__"', '{"__proto__":1}'],
    ['has bytes that are none', '{"baro:bytes":5}'],
    ['has no payload of its own', 'null,"channel":5'],
  ])(
    'that cannot be taken because it %s is answered with its id, so that nobody waits for ever',
    async (_, payload) => {
      const { connect } = setUp()
      const client = await connect()
      client.link.receive(
        `{"type":"baro:publish","payload":{"id":"a","channel":"room:1","type":"message","payload":${payload}}}`,
      )
      expect(await client.heard()).toMatchObject([{ type: 'baro:error', payload: { code: 'bad-message', id: 'a' } }])
    },
  )

  test('that its rule refuses is not handled', async () => {
    const { connect, hub } = setUp({ access: ({ action }) => action !== 'publish' })
    const [error] = await (await connect()).ask('baro:publish', publishing('a', 'hello'))
    expect(error?.payload).toMatchObject({ code: 'refused', id: 'a' })
    expect(hub.counters.published).toBe(0)
  })

  test('whose handler throws is answered, logged with the channel, and hurts nobody else', async () => {
    const events: AnyHandlers['events'] = {
      message: ({ payload, publish }) => {
        if (payload.text === 'bad') throw Object.create(null)
        return publish('message', payload)
      },
    }
    const { connect, log } = setUp({ events })
    const client = await connect()
    const messages = [
      ...(await client.ask('baro:publish', publishing('a', 'bad'))),
      ...(await client.ask('baro:publish', publishing('b', 'good'))),
    ]
    expect(messages).toMatchObject([
      { type: 'baro:error', payload: { code: 'handler-failed', id: 'a' } },
      { type: 'baro:published', payload: { id: 'b' } },
    ])
    expect(log.errors).toEqual([expect.stringContaining('"room:1"')])
  })
})

describe('publishes of one connection to one channel', () => {
  /** A schema that takes its time: the test says when. */
  function slowSchema() {
    const finish: (() => void)[] = []
    const message: Schema<{ text: string }> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) => new Promise((resolve) => finish.push(() => resolve({ value: value as { text: string } }))),
      },
    }
    return { message, finish }
  }

  test('I5: are appended in the order they came, though an earlier one takes longer to validate', async () => {
    const { message, finish } = slowSchema()
    const slow = channel('slow', { events: { message } })
    const { clock, connect, hub, broker } = createStage({ channels: [slow] })
    hub.on(slow, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })
    const client = await connect()
    for (const id of ['a', 'b']) client.send('baro:publish', publishing(id, id, 'message', 'slow'))
    for (let round = 0; round < 8; round++) {
      await clock.pass(0)
      finish.pop()?.()
    }
    const { publications } = await broker.read('slow', { after: 0, limit: 10, bytes: 1e6 })
    expect(publications.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  test('one that fails does not hold up the next', async () => {
    const { connect } = setUp()
    const client = await connect()
    client.send('baro:publish', publishing('a', 5))
    client.send('baro:publish', publishing('b', 'hello'))
    expect((await client.heard()).map(({ type }) => type)).toEqual(['baro:error', 'baro:published'])
  })

  test('another channel is not held up by a handler that takes its time', async () => {
    const events: AnyHandlers['events'] = {
      message: ({ channel: where, payload, publish }) =>
        where === name ? new Promise(() => {}) : publish('message', payload),
    }
    const { connect } = setUp({ events })
    const client = await connect()
    client.send('baro:publish', publishing('a', 'hello'))
    expect(await client.ask('baro:publish', publishing('b', 'hello', 'message', 'room:2'))).toMatchObject([
      { type: 'baro:published', payload: { id: 'b' } },
    ])
  })

  test('I5: one that found no room before the session was let in is not overtaken, until it comes again', async () => {
    const { hub, clock } = setUp(
      {},
      { auth: () => new Promise((resolve) => clock.after(1_000, () => resolve(undefined))) },
    )
    const client = new FakeClient(hub, clock)
    client.send('baro:connect', { protocol: 1, client: 'a-secret' })
    for (let count = 0; count < 256; count++) client.send('baro:unsubscribe', { channel: 'room:9' })
    const codesOf = (messages: readonly ServerMessage[]) =>
      messages.flatMap(({ type, payload }) =>
        type === 'baro:published' ? [type] : type === 'baro:error' && 'id' in payload ? [payload.code] : [],
      )
    expect(codesOf(await client.ask('baro:publish', publishing('a', 'a')))).toEqual(['rate-limited'])
    await clock.pass(1_000)
    await client.heard()
    for (const [id, outcome] of [
      ['b', 'out-of-turn'],
      ['a', 'baro:published'],
      ['b', 'baro:published'],
    ] as const)
      expect([id, codesOf(await client.ask('baro:publish', publishing(id, id)))]).toEqual([id, [outcome]])
  })

  test('I7: more than may be at work at once are refused, until some are answered', async () => {
    const goOn: (() => void)[] = []
    const events: AnyHandlers['events'] = { message: () => new Promise<void>((resolve) => goOn.push(resolve)) }
    const { connect } = setUp({ events }, { limits: { maxMessagesAtWork: 2 } })
    const client = await connect()
    for (const id of ['a', 'b']) client.send('baro:publish', publishing(id, 'hello'))
    const [error] = await client.ask('baro:publish', publishing('c', 'hello'))
    expect(error?.payload).toMatchObject({ code: 'rate-limited', id: 'c' })
    goOn.shift()?.()
    await client.heard()
    expect(await client.ask('baro:publish', publishing('c', 'hello'))).toEqual([])
    goOn.shift()?.()
    await client.heard()
    goOn.shift()?.()
    expect(payloadOf(await client.heard(), 'baro:published')).toEqual({ id: 'c', channel: 'room:1' })
  })
})

describe('a signal', () => {
  const typing: AnyHandlers['signals'] = { typing: ({ payload, signal }) => signal('typing', payload) }

  test('I7: that waits for nothing is handed on while it is read, and counts in the turn of whoever sent it', async () => {
    const { connect, broker } = setUp({ signals: typing })
    const client = await connect()
    client.send('baro:signal', { channel: name, type: 'typing', payload: { on: true } })
    expect(broker.calls.signal).toBe(1)
  })
  const says = (on: Json, type = 'typing') => ({ channel: name, type, payload: { on } })

  test('reaches everybody who follows the channel, with its user, and is not answered', async () => {
    const { connect, follow } = setUp({ signals: typing })
    const [sender, other, stranger] = [await connect('ada'), await follow(await connect()), await connect()]
    expect(await sender.ask('baro:signal', says(true))).toEqual([])
    expect(await other.heard()).toEqual([
      { type: 'baro:signaled', payload: { channel: name, type: 'typing', payload: { on: true }, by: 'ada' } },
    ])
    expect(await stranger.heard()).toEqual([])
  })

  test.each<[string, Record<string, Json>, string]>([
    ['of an unknown type', says(true, 'nothing'), 'not-accepted'],
    ['of a type every object inherits', says(true, 'valueOf'), 'not-accepted'],
    ['that fails its schema', says('maybe'), 'invalid-payload'],
    ['for an unknown channel', { ...says(true), channel: 'lobby' }, 'unknown-channel'],
  ])('%s is answered with its channel', async (_, payload, code) => {
    const { connect } = setUp({ signals: typing })
    const [error] = await (await connect()).ask('baro:signal', payload)
    expect(error).toMatchObject({ type: 'baro:error', payload: { code, channel: payload.channel } })
  })

  test('of the application reaches everybody too, by nobody', async () => {
    const { connect, follow, hub } = setUp()
    const client = await follow(await connect())
    await hub.signal(room({ id: 1 }), 'typing', { on: false })
    expect(payloadOf(await client.heard(), 'baro:signaled')).toEqual({
      channel: name,
      type: 'typing',
      payload: { on: false },
    })
    await expect(hub.signal(room({ id: 1 }), 'typing', { on: 'maybe' as never })).rejects.toMatchObject({
      code: 'invalid-payload',
    })
  })

  test('I7: a full socket gets none, and misses only that', async () => {
    const { connect, follow, hub } = setUp({}, { limits: { maxOutboxBytes: 10 } })
    const client = await follow(await connect())
    client.socket.isStuck = true
    client.socket.waitingBytes = 11
    client.link.drained()
    await hub.signal(room({ id: 1 }), 'typing', { on: true })
    expect(await client.heard()).toEqual([])
    client.unstick()
    await hub.signal(room({ id: 1 }), 'typing', { on: false })
    expect(payloadOf(await client.heard(), 'baro:signaled')).toMatchObject({ payload: { on: false } })
  })
})

describe('a request', () => {
  const asks = (text: Json, type = 'echo') => ({ id: 'r1', channel: name, type, payload: { text } })

  test('is answered with its channel and id', async () => {
    const { connect } = setUp({ requests: { echo: ({ payload, user }) => ({ text: `${user?.id}: ${payload.text}` }) } })
    expect(await (await connect('ada')).ask('baro:request', asks('hello'))).toEqual([
      { type: 'baro:answer', payload: { id: 'r1', channel: 'room:1', payload: { text: 'ada: hello' } } },
    ])
  })

  test.each<[string, Record<string, Json>, string]>([
    ['of an unknown type', asks('hello', 'nothing'), 'not-accepted'],
    ['of a type every object inherits', asks('hello', 'constructor'), 'not-accepted'],
    ['that fails its schema', asks(5), 'invalid-payload'],
  ])('%s is answered with its id', async (_, payload, code) => {
    const { connect } = setUp({ requests: { echo: ({ payload: { text } }) => ({ text }) } })
    const [error] = await (await connect()).ask('baro:request', payload)
    expect(error).toMatchObject({ type: 'baro:error', payload: { code, id: 'r1', channel: name } })
  })

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('a fault')
      },
    ],
    ['answers what its schema does not allow', () => ({ text: 5 })],
    ['answers nothing', () => undefined],
  ])('whose handler %s fails, is logged with the channel, and tells nothing', async (_, echo) => {
    const { connect, log } = setUp({ requests: { echo: echo as never } })
    const [error] = await (await connect()).ask('baro:request', asks('hello'))
    expect(error?.payload).toMatchObject({ code: 'handler-failed', id: 'r1' })
    expect(log.errors).toEqual([expect.stringContaining('"room:1"')])
    expect(JSON.stringify(error)).not.toContain('fault')
  })
})

test('what is at work when the link goes is finished, and answered to nobody', async () => {
  let goOn = () => {}
  const until = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const events: AnyHandlers['events'] = {
    message: async ({ payload, publish }) => {
      await until
      return publish('message', payload)
    },
  }
  const { connect, hub, settle } = setUp({ events })
  const client = await connect()
  client.send('baro:publish', publishing('a', 'hello'))
  await settle()
  client.link.closed()
  const writes = client.socket.writes.length
  goOn()
  await settle()
  expect(hub.counters.published).toBe(1)
  expect(client.socket.writes).toHaveLength(writes)
})

test('a schema that throws is logged with the channel, and answered without its message', async () => {
  const message = z.object({ text: z.string() }).refine(() => {
    throw new Error('a fault of the schema')
  })
  const broken = channel('broken', { events: { message } })
  const { connect, hub, log } = createStage({ channels: [broken] })
  hub.on(broken, { access: 'public', events: { message: () => {} } })
  const [error] = await (await connect()).ask('baro:publish', publishing('a', 'hello', 'message', 'broken'))
  expect(error?.payload).toMatchObject({ code: 'handler-failed', id: 'a' })
  expect(JSON.stringify(error)).not.toContain('a fault')
  expect(log.errors).toEqual([expect.stringMatching(/"broken".*a fault of the schema/s)])
})

function nested(levels: number): Json {
  let value: Json = 'deep'
  for (let level = 0; level < levels; level++) value = [value]
  return value
}
