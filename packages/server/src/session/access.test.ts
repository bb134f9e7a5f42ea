import { describe, expect, test } from 'vitest'
import { createRoomStage, FakeClient, payloadOf, room, subscribe } from '../../test/fake-client.ts'
import type { AccessContext } from '../channel/handlers.ts'

const name = 'room:1'

/** A rule that decides when the test says so. */
function slowRule() {
  const decide: ((allowed: boolean) => void)[] = []
  const access = () => new Promise<boolean>((resolve) => decide.push(resolve))
  return { access, decide: (allowed: boolean) => decide.shift()?.(allowed) }
}

describe('I8: access rules', () => {
  test('are asked with who wants what where', async () => {
    const asked: AccessContext[] = []
    const { connect } = createRoomStage({ access: (context) => asked.push(context) > 0 })
    await subscribe(await connect('ada'), 1)
    expect(asked).toEqual([
      {
        action: 'read',
        claims: {},
        channel: name,
        params: { id: '1' },
        user: { id: 'ada' },
        session: expect.any(String),
      },
    ])
  })

  test('that refuse let nothing out', async () => {
    const { connect, hub, publish } = createRoomStage({ access: () => false })
    const client = await connect()
    expect(payloadOf(await subscribe(client, 1), 'baro:error')).toMatchObject({
      code: 'refused',
      channel: name,
      attempt: 1,
    })
    await publish('secret')
    expect(await client.heard()).toEqual([])
    expect(hub.counters.subscriptions).toBe(0)
  })

  test.each<[string, () => unknown]>([
    [
      'throw',
      () => {
        throw new Error('a fault of the rule')
      },
    ],
    ['reject', () => Promise.reject(new Error('a fault of the rule'))],
    [
      'throw what has no text',
      () => {
        throw Object.create(null)
      },
    ],
  ])('that %s refuse, and are logged with the channel', async (_, access) => {
    const { connect, log } = createRoomStage({ access: access as () => boolean })
    expect(payloadOf(await subscribe(await connect(), 1), 'baro:error')).toMatchObject({ code: 'handler-failed' })
    expect(log.errors).toEqual([expect.stringContaining('"room:1"')])
  })

  test('that never answer refuse after a while, for that channel alone, and are logged', async () => {
    const access = ({ params }: AccessContext) => params.id !== '1' || new Promise<boolean>(() => {})
    const { connect, clock, log, hub } = createRoomStage({ access })
    const client = await connect()
    await subscribe(client, 1)
    await client.ask('baro:subscribe', { channel: 'room:2', attempt: 1, version: '1' })
    await clock.pass(9_999)
    expect(await client.heard()).toEqual([])
    await clock.pass(1)
    expect(payloadOf(await client.heard(), 'baro:error')).toMatchObject({
      code: 'unavailable',
      channel: name,
      attempt: 1,
    })
    expect(log.errors).toEqual([expect.stringContaining('"room:1" did not answer within 10000 ms')])
    expect(hub.counters.subscriptions).toBe(1)
    expect(client.socket.closedWith).toBeUndefined()
  })

  test('that answer anything but true refuse', async () => {
    const { connect } = createRoomStage({ access: (() => 'yes') as unknown as () => boolean })
    expect(payloadOf(await subscribe(await connect(), 1), 'baro:error')).toMatchObject({ code: 'refused' })
  })

  test('that decide after an unsubscribe let nothing out', async () => {
    const { access, decide } = slowRule()
    const { connect, hub, publish } = createRoomStage({ access })
    const client = await connect()
    await subscribe(client, 1)
    await client.ask('baro:unsubscribe', { channel: name })
    decide(true)
    await publish('a')
    expect(await client.heard()).toEqual([])
    expect(hub.counters.subscriptions).toBe(0)
  })

  test('that decide after the link is gone hold nothing', async () => {
    const { access, decide } = slowRule()
    const { broker, clock, connect } = createRoomStage({ access })
    const client = await connect()
    await subscribe(client, 1)
    client.link.closed()
    decide(true)
    await clock.pass(0)
    expect(broker.followers.size).toBe(0)
  })

  test('that refuse an old attempt say nothing about the new one', async () => {
    const { access, decide } = slowRule()
    const { connect } = createRoomStage({ access })
    const client = await connect()
    await subscribe(client, 1)
    await subscribe(client, 2)
    decide(false)
    expect(await client.heard()).toEqual([])
    decide(true)
    expect(payloadOf(await client.heard(), 'baro:reset').attempt).toBe(2)
  })

  test('that decide after an unsubscribe and a new subscribe of the same number leave it to the new one', async () => {
    const { access, decide } = slowRule()
    const { connect } = createRoomStage({ access })
    const client = await connect()
    await subscribe(client, 1)
    await client.ask('baro:unsubscribe', { channel: name })
    await subscribe(client, 1)
    decide(true)
    expect(await client.heard()).toEqual([])
    decide(false)
    expect(payloadOf(await client.heard(), 'baro:error')).toMatchObject({ code: 'refused', attempt: 1 })
  })

  test('that refuse a newer attempt end the subscription', async () => {
    let allowed = true
    const { connect, hub, publish } = createRoomStage({ access: () => allowed })
    const client = await connect()
    await subscribe(client, 1)
    allowed = false
    expect(payloadOf(await subscribe(client, 2), 'baro:error')).toMatchObject({ code: 'refused', attempt: 2 })
    await publish('secret')
    expect(await client.heard()).toEqual([])
    expect(hub.counters.subscriptions).toBe(0)
  })
})

describe('joined and left', () => {
  function watched() {
    const moments: string[] = []
    const note = (moment: string) => (context: { channel: string; user?: { id: string } | undefined }) =>
      moments.push(`${context.user?.id} ${moment} ${context.channel}`)
    return { moments, ...createRoomStage({ joined: note('joined'), left: note('left') }) }
  }

  test('are told once each, whatever the attempts between them', async () => {
    const { connect, moments, settle } = watched()
    const client = await connect('ada')
    await subscribe(client, 1)
    await subscribe(client, 2)
    expect(moments).toEqual(['ada joined room:1'])
    await client.ask('baro:unsubscribe', { channel: name })
    client.link.closed()
    await settle()
    expect(moments).toEqual(['ada joined room:1', 'ada left room:1'])
  })

  test('a link that goes leaves every channel, if its client does not come back', async () => {
    const { connect, moments, clock } = watched()
    const client = await connect('ada')
    for (const id of [1, 2]) await client.ask('baro:subscribe', { channel: `room:${id}`, attempt: 1, version: '1' })
    client.link.closed()
    await clock.pass(1_999)
    expect(moments).toHaveLength(2)
    await clock.pass(1)
    expect(moments.slice(2)).toEqual(['ada left room:1', 'ada left room:2'])
  })

  test('a client that comes back in time has neither left nor joined', async () => {
    const { hub, moments, clock } = watched()
    for (let link = 0; link < 3; link++) {
      const client = new FakeClient(hub, clock)
      await client.ask('baro:connect', { protocol: 1, client: 'a-secret', token: 'ada' })
      await subscribe(client, 1)
      client.link.closed()
      await clock.pass(1_900)
    }
    expect(moments).toEqual(['ada joined room:1'])
  })

  test('a client that has become another user is another reader', async () => {
    const { hub, moments, clock } = watched()
    for (const token of ['ada', 'grace']) {
      const client = new FakeClient(hub, clock)
      await client.ask('baro:connect', { protocol: 1, client: 'a-secret', token })
      await subscribe(client, 1)
      client.link.closed()
    }
    await clock.pass(10_000)
    expect(moments).toEqual(['ada joined room:1', 'grace joined room:1', 'ada left room:1', 'grace left room:1'])
  })

  test('a participant leaves when it has ended, and its user does not come back', async () => {
    const { hub, moments, settle, clock } = watched()
    const participant = hub.open({ user: { id: 'bot' } })
    participant.follow(room({ id: 1 }), 'now', { delivered: () => {}, reset: () => {}, failed: () => {} })
    await settle()
    participant.end()
    await clock.pass(10_000)
    expect(moments).toEqual(['bot joined room:1', 'bot left room:1'])
  })

  test('a node that stops is left by nobody who may come back to another, and by all once its lease is over', async () => {
    const { hub, connect, moments, clock } = watched()
    for (const token of ['ada', 'grace']) {
      const client = await connect(token)
      await subscribe(client, 1)
      if (token === 'ada') client.link.closed()
    }
    void hub.drain()
    await clock.pass(10_000)
    expect(moments).toHaveLength(2)
    await clock.pass(10_000)
    expect(moments.slice(2)).toEqual(['ada left room:1', 'grace left room:1'])
  })

  test('who never joined does not leave', async () => {
    const moments: string[] = []
    const { connect, settle } = createRoomStage({ access: () => false, left: () => moments.push('left') })
    const client = await connect()
    await subscribe(client, 1)
    client.link.closed()
    await settle()
    expect(moments).toEqual([])
  })

  test('that throw are logged, and hurt nobody', async () => {
    const fault = () => {
      throw Object.create(null)
    }
    const { connect, log } = createRoomStage({ joined: fault, left: async () => fault() })
    const client = await connect()
    expect(payloadOf(await subscribe(client, 1), 'baro:reset')).toMatchObject({ attempt: 1 })
    await client.ask('baro:unsubscribe', { channel: name })
    expect(log.errors).toHaveLength(2)
  })
})
