import { BaroError } from '@baro/core'
import { closeCodes } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { createStage, FakeClient, payloadOf, room } from '../../test/fake-client.ts'
import type { Auth } from '../channel/handlers.ts'

const connecting = { protocol: 1, client: 'secret' }
const subscribing = { channel: 'room:1', attempt: 1, version: '1' }

function setUp(options: Parameters<typeof createStage>[0] = {}) {
  const stage = createStage({ heartbeatIntervalMs: 1_000, limits: { connectTimeoutMs: 500 }, ...options })
  stage.hub.on(room, { access: 'public' })
  return { ...stage, arrive: (headers = {}) => new FakeClient(stage.hub, stage.clock, headers) }
}

/** An `auth` that answers when the test says so. */
function slowAuth() {
  let letIn: () => void = () => {}
  const auth: Auth = () => new Promise((resolve) => (letIn = () => resolve({ id: 'ada' })))
  return { auth, letIn: () => letIn() }
}

describe('connecting', () => {
  test('is answered with the terms of the session', async () => {
    const { arrive, broker, hub } = setUp({ publishWindowMs: 5_000 })
    expect(await arrive().ask('baro:connect', connecting)).toEqual([
      {
        type: 'baro:connected',
        payload: {
          session: expect.stringMatching(/^[A-Za-z0-9_-]{16}$/),
          heartbeatIntervalMs: 1_000,
          maxMessageBytes: 65_536,
          publishWindowMs: 5_000,
          claimsEpoch: await broker.claimsEpoch(),
        },
      },
    ])
    expect(hub.counters.sessions).toBe(1)
  })

  test('auth sees the token and the headers', async () => {
    const seen: unknown[] = []
    const auth: Auth = (credentials) => void seen.push(credentials)
    await setUp({ auth })
      .arrive({ cookie: 'a=b' })
      .ask('baro:connect', { ...connecting, token: 'my-token' })
    expect(seen).toEqual([{ headers: { cookie: 'a=b' }, token: 'my-token' }])
  })

  test.each<[string, () => never, string]>([
    [
      'an error',
      () => {
        throw new Error('jwt expired')
      },
      'unauthenticated',
    ],
    [
      'an error of ours',
      () => {
        throw new BaroError('unauthenticated', 'Expired.')
      },
      'unauthenticated',
    ],
    [
      'what has no text',
      () => {
        throw Object.create(null)
      },
      'unauthenticated',
    ],
  ])(
    'auth that throws %s refuses: the error first, then close 4501, and nothing of the inside',
    async (_, auth, code) => {
      const { arrive, hub } = setUp({ auth })
      const client = arrive()
      expect(payloadOf(await client.ask('baro:connect', connecting), 'baro:error').code).toBe(code)
      expect(client.socket.closedWith?.code).toBe(closeCodes.unauthenticated)
      expect(JSON.stringify(client.socket.closedWith)).not.toContain('jwt')
      expect(hub.counters.sessions).toBe(0)
    },
  )

  test('auth that cannot decide now sends the client away, but not for good', async () => {
    const auth = async () => {
      throw new BaroError('unavailable', 'No database.')
    }
    const client = setUp({ auth }).arrive()
    expect(payloadOf(await client.ask('baro:connect', connecting), 'baro:error').code).toBe('unavailable')
    expect(client.socket.closedWith?.code).toBe(closeCodes.unavailable)
  })

  test('messages sent along are handled once it is open, in their order', async () => {
    const { auth, letIn } = slowAuth()
    const { arrive, settle } = setUp({ auth })
    const client = arrive()
    client.send('baro:connect', connecting)
    client.send('baro:subscribe', subscribing)
    client.send('baro:unsubscribe', { channel: 'room:1' })
    await settle()
    expect(client.socket.take()).toEqual([])
    letIn()
    expect((await client.heard()).map(({ type }) => type)).toEqual(['baro:connected', 'baro:unsubscribed'])
  })

  test('auth that answers after the link is gone opens nothing', async () => {
    const { auth, letIn } = slowAuth()
    const moments: string[] = []
    const { arrive, broker, hub, settle } = setUp({ auth })
    hub.on('connected', () => moments.push('connected'))
    const client = arrive()
    client.send('baro:connect', connecting)
    client.send('baro:subscribe', subscribing)
    client.link.closed()
    letIn()
    await settle()
    expect([moments, client.socket.writes, broker.followers.size]).toEqual([[], [], 0])
  })

  test('who does not say connect in time is closed with 4003', async () => {
    const { arrive, clock, hub } = setUp()
    const client = arrive()
    await clock.pass(600)
    expect(client.socket.closedWith?.code).toBe(closeCodes['no-connect'])
    expect(hub.counters.sessions).toBe(0)
  })

  test('another protocol is closed with 4500', async () => {
    const client = setUp().arrive()
    expect(await client.ask('baro:connect', { ...connecting, protocol: 2 })).toEqual([])
    expect(client.socket.closedWith?.code).toBe(closeCodes['wrong-protocol'])
  })
})

describe('bad input is answered, closes nothing, and nobody else notices', () => {
  test.each<[string, string, string]>([
    ['no JSON', '{"type":', 'bad-message'],
    ['nothing', '', 'bad-message'],
    ['a number', '5', 'bad-message'],
    ['null', 'null', 'bad-message'],
    ['a list', '[]', 'bad-message'],
    ['an unknown message', '{"type":"baro:nonsense","payload":{}}', 'unknown-message'],
    ['a message of the hub', '{"type":"baro:connected","payload":{}}', 'unknown-message'],
    ['a type every object inherits', '{"type":"constructor","payload":{}}', 'unknown-message'],
    ['a message without a payload', '{"type":"baro:subscribe"}', 'bad-message'],
    ['a payload that is a list', '{"type":"baro:subscribe","payload":[]}', 'bad-message'],
    ['a field of the wrong kind', '{"type":"baro:unsubscribe","payload":{"channel":5}}', 'bad-message'],
    [
      'a negative attempt',
      '{"type":"baro:subscribe","payload":{"channel":"room:1","attempt":-1,"version":"1"}}',
      'bad-message',
    ],
    ['__proto__', '{"type":"baro:unsubscribe","payload":{"channel":"a","__proto__":{"x":1}}}', 'bad-message'],
    ['__proto__ in disguise', '{"type":"baro:unsubscribe","payload":{"\\u005f_proto__":1}}', 'bad-message'],
    ['a second connect', '{"type":"baro:connect","payload":{"protocol":1,"client":"secret"}}', 'bad-message'],
    ['depth', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'bad-message'],
  ])('%s', async (_, text, code) => {
    const { connect, hub } = setUp()
    const [client, bystander] = [await connect(), await connect()]
    client.link.receive(text)
    const [error, ...rest] = await client.heard()
    expect(error).toMatchObject({ type: 'baro:error', payload: { code, message: expect.stringMatching(/\.$/) } })
    expect(rest).toEqual([])
    expect(client.socket.closedWith).toBeUndefined()
    expect(await bystander.heard()).toEqual([])
    expect(payloadOf(await client.ask('baro:subscribe', subscribing), 'baro:reset')).toMatchObject({ attempt: 1 })
    expect(hub.counters.rejected).toBe(1)
  })

  test('what a transport refuses', async () => {
    const { connect } = setUp()
    const client = await connect()
    client.link.refuse(new BaroError('bad-message', 'This is a binary message.'), undefined)
    expect(payloadOf(await client.heard(), 'baro:error').code).toBe('bad-message')
  })
})

describe('heartbeats', () => {
  test('are sent after silence, and a client that answers stays', async () => {
    const { connect, clock } = setUp()
    const client = await connect()
    for (let beats = 0; beats < 10; beats++) {
      await clock.pass(1_000)
      expect(client.socket.take()).toEqual([{ type: 'baro:heartbeat', payload: {} }])
      client.send('baro:heartbeat', {})
    }
    expect(client.socket.closedWith).toBeUndefined()
  })

  test('a link that is half open is found, also while the hub has much to say: close 4002', async () => {
    const { connect, clock, hub } = setUp()
    const client = await connect()
    await client.ask('baro:subscribe', subscribing)
    for (let count = 0; count < 8; count++) {
      await clock.pass(400)
      await hub.publish(room({ id: 1 }), 'message', { text: 'hello' })
    }
    expect(client.socket.take().filter(({ type }) => type === 'baro:heartbeat').length).toBeGreaterThan(1)
    expect(client.socket.closedWith?.code).toBe(closeCodes.silent)
    expect(hub.counters).toMatchObject({ sessions: 0, subscriptions: 0 })
  })
})

describe('a node that stood still for a while', () => {
  test('reads what lies in the sockets before it looks who is there', async () => {
    const { connect, clock } = setUp()
    const client = await connect()
    await clock.pass(2_810)
    clock.standStill(190)
    // The event loop looks at the sockets once it has run the timers that are due.
    clock.after(0, () => client.send('baro:heartbeat', {}))
    await clock.pass(0)
    expect(client.socket.closedWith).toBeUndefined()
  })

  test('closes nobody whose sign of life lies in the socket, or who was not asked', async () => {
    const { connect, clock } = setUp()
    const [answering, unasked] = [await connect(), await connect()]
    await clock.pass(1_000)
    clock.standStill(30_000)
    clock.advance(0)
    answering.send('baro:heartbeat', {})
    await clock.pass(0)
    for (const client of [answering, unasked]) {
      expect(client.socket.closedWith).toBeUndefined()
      expect(client.socket.take().at(-1)).toEqual({ type: 'baro:heartbeat', payload: {} })
    }
    for (let beats = 0; beats < 10; beats++) {
      answering.send('baro:heartbeat', {})
      await clock.pass(1_000)
    }
    expect(answering.socket.closedWith).toBeUndefined()
    expect(unasked.socket.closedWith?.code).toBe(closeCodes.silent)
  })
})

describe('the rate of messages', () => {
  test('I7: above it the link is to be left unread for a while, and nothing is refused', async () => {
    const { connect, clock } = setUp({ limits: { messagesPerSecond: 2 } })
    const client = await connect()
    expect([1, 2, 3, 4].map(() => client.link.spend(1, 10))).toEqual([0, 0, 0, 500])
    for (let count = 0; count < 4; count++) client.send('baro:unsubscribe', { channel: `room:${count}` })
    const codes = (await client.heard()).map(({ payload }) => (payload as { code?: string }).code)
    expect(codes).toEqual(['not-subscribed', 'not-subscribed', 'not-subscribed', 'not-subscribed'])
    await clock.pass(500)
    expect(client.link.spend(0, 0)).toBe(0)
  })

  test('I7: a user is let in once there is enough for what the new link has brought', async () => {
    const { hub, clock } = setUp({ limits: { messagesPerSecond: 2, timesPerUser: 1 } })
    const open = (token: string) => {
      const client = new FakeClient(hub, clock)
      for (let count = 0; count < 4; count++) client.link.spend(1, 10)
      client.send('baro:connect', { protocol: 1, client: 'a-secret', token })
      return client
    }
    const clients = ['ada', 'ada', 'ada', 'bob'].map(open)
    const letIn = async () => {
      const heard = await Promise.all(clients.map((client) => client.heard()))
      return heard.map((messages) =>
        messages
          .map(({ type }) => type)
          .filter((type) => type !== 'baro:heartbeat')
          .join(),
      )
    }
    // The link's own burst leaves nothing; whoever is second waits for as long as that takes to earn.
    expect(await letIn()).toEqual(['', '', '', ''])
    await clock.pass(500)
    expect(await letIn()).toEqual(['baro:connected', '', '', 'baro:connected'])
    await clock.pass(2_000)
    expect(await letIn()).toEqual(['', 'baro:connected', '', ''])
    await clock.pass(2_000)
    expect(await letIn()).toEqual(['', '', 'baro:connected', ''])
  })

  test('I7: a hundred messages in a row that cannot be read close the connection', async () => {
    const { connect } = setUp()
    const client = await connect()
    for (let count = 0; count < 100; count++) client.link.receive('nonsense')
    client.send('baro:heartbeat', {})
    for (let count = 0; count < 100; count++) client.link.receive('nonsense')
    expect(client.socket.closedWith).toBeUndefined()
    client.link.receive('nonsense')
    expect(client.socket.closedWith?.code).toBe(closeCodes.unreadable)
    expect(await client.heard()).toHaveLength(201)
  })
})

describe('connected and disconnected', () => {
  function watched() {
    const stage = setUp()
    const moments: string[] = []
    stage.hub.on('connected', ({ session, user }) => moments.push(`connected ${user?.id} ${session.length}`))
    stage.hub.on('disconnected', ({ session, user }) => moments.push(`disconnected ${user?.id} ${session.length}`))
    return { ...stage, moments }
  }

  test('are told once each', async () => {
    const { connect, moments, settle } = watched()
    const client = await connect('ada')
    expect(moments).toEqual(['connected ada 16'])
    client.link.closed()
    await settle()
    expect(moments).toEqual(['connected ada 16', 'disconnected ada 16'])
  })

  test('are told no more to who has stopped watching, and still to all others', async () => {
    const { connect, hub, moments, settle } = watched()
    const stops = [1, 2].map((name) => hub.on('connected', () => moments.push(`${name}`)))
    stops[0]?.()
    stops[0]?.()
    const client = await connect()
    expect(moments.filter((moment) => moment.length === 1)).toEqual(['2'])
    const run = () => moments.push('same')
    const [stopFirst] = [hub.on('disconnected', run), hub.on('disconnected', run)]
    stopFirst?.()
    client.link.closed()
    await settle()
    expect(moments.filter((moment) => moment === 'same')).toEqual(['same'])
  })

  test('who was never let in does not disconnect', async () => {
    const { arrive, moments, settle } = watched()
    arrive().link.closed()
    await arrive().ask('baro:connect', { ...connecting, protocol: 9 })
    await settle()
    expect(moments).toEqual([])
  })

  test('that throw are logged, and hurt nobody', async () => {
    const { connect, hub, log } = setUp()
    hub.on('connected', () => {
      throw Object.create(null)
    })
    const client = await connect()
    expect(payloadOf(await client.ask('baro:subscribe', subscribing), 'baro:reset')).toMatchObject({ attempt: 1 })
    expect(log.errors).toHaveLength(1)
  })
})

describe('a link that goes', () => {
  test('leaves nothing behind', async () => {
    const { broker, clock, connect, hub } = setUp()
    const client = await connect()
    await client.ask('baro:subscribe', subscribing)
    client.link.closed()
    expect(hub.counters).toMatchObject({ sessions: 0, subscriptions: 0 })
    const writes = client.socket.writes.length
    await hub.publish(room({ id: 1 }), 'message', { text: 'hello' })
    await clock.pass(60_000)
    expect(client.socket.writes).toHaveLength(writes)
    expect(broker.followers.size).toBe(0)
  })

  test('while waiting messages are handled begins nothing more', async () => {
    const { auth, letIn } = slowAuth()
    const { arrive, broker, clock, hub } = setUp({ auth, limits: { maxReplyBytes: 10 } })
    const client = arrive()
    // A network that reports its end while the hub closes it.
    client.socket.close = () => client.link.closed()
    client.send('baro:connect', connecting)
    client.send('baro:subscribe', subscribing)
    letIn()
    await clock.pass(60_000)
    expect(hub.counters).toMatchObject({ sessions: 0, subscriptions: 0 })
    expect(broker.followers.size).toBe(0)
  })
})
