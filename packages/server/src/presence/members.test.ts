import { channel, type Json, members } from '@baro/core'
import { foldMembers, type MembersEntry, type ServerMessage } from '@baro/core/protocol'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { FakeClient, payloadOf, RecordedLog } from '../../test/fake-client.ts'
import type { Access } from '../channel/handlers.ts'
import { createHub } from '../hub/create-hub.ts'
import type { HubOptions } from '../hub/hub.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'

const room = channel('room:{id}:{part}', { members: { state: z.object({ name: z.string() }) } })
const plain = channel('plain', {})
const owner = 'room:1:한'.replace('한', '%ED%95%9C')
const list = `baro~members:${owner}`
const here = `baro~here:${owner}`

function setUp(access: Access = 'public', options: Partial<HubOptions> = {}) {
  const clock = createFakeClock()
  const log = new RecordedLog()
  const randomness = createSeededRandomness('members')
  const broker = createMemoryBroker({ clock, randomness, log })
  const open = () => {
    const auth = ({ token }: { token?: string }) => (token === undefined ? undefined : { id: token })
    const hub = createHub({ channels: [room, plain], auth, broker, clock, log, randomness, ...options })
    hub.on(room, { access: access as never })
    hub.on(plain, { access: 'public' })
    return hub
  }
  const hub = open()
  let clients = 0
  async function connect(token?: string, at = hub): Promise<FakeClient> {
    const client = new FakeClient(at, clock)
    const secret = { client: `client-${++clients}` }
    await client.ask('baro:connect', { protocol: 1, ...secret, ...(token !== undefined && { token }) })
    return client
  }
  let attempts = 0
  const follow = (client: FakeClient, name: string, extra: { readonly [name: string]: Json } = {}) =>
    client.ask('baro:subscribe', { channel: name, attempt: ++attempts, version: '1', ...extra })
  const be = (client: FakeClient, name: string) => follow(client, here, { state: { name } })
  const seen = async () => (await hub.snapshot({ channel: list })).value as never
  const names = async () =>
    ((await seen()) as { list: { user?: string; state: { name: string } }[] }).list.map(
      ({ user, state }) => `${user ?? 'guest'} ${state.name}`,
    )
  return { clock, log, broker, hub, open, connect, follow, be, seen, names }
}

const publicationsIn = (messages: readonly ServerMessage[]) =>
  messages.flatMap(({ type, payload }) =>
    type === 'baro:publications' && 'publications' in payload ? payload.publications : [],
  )

/** A client that answers what it is asked. */
async function stay(client: FakeClient, clock: ReturnType<typeof createFakeClock>, seconds: number) {
  for (let second = 0; second < seconds; second++) {
    await clock.pass(1_000)
    client.send('baro:heartbeat', {})
  }
}

describe('a member', () => {
  test('I9: is in the list from the moment in which it follows, and out of it when it does not', async () => {
    const { connect, follow, be, clock, names, hub } = setUp()
    const reader = await connect()
    const reset = payloadOf(await follow(reader, list), 'baro:reset')
    expect(reset).toMatchObject({ reason: 'none', snapshot: { count: 0, list: [] } })
    const ada = await connect('ada')
    await be(ada, 'Ada')
    await clock.pass(250)
    await be(await connect(), 'Somebody')
    await clock.pass(250)
    await ada.ask('baro:unsubscribe', { channel: here })
    await clock.pass(250)
    const changes = publicationsIn(await reader.heard())
    expect(changes.map(({ payload }) => Object.keys(payload as object))).toEqual([['joined'], ['joined'], ['left']])
    const nobody = { count: 0, list: [] } as Parameters<typeof foldMembers>[0]
    const folded = changes.reduce((before, one) => foldMembers(before, one as unknown as MembersEntry), nobody)
    expect(await names()).toEqual(['guest Somebody'])
    expect(folded).toEqual((await hub.snapshot(members(room({ id: 1, part: '한' })))).value)
  })

  test('is one, whatever links it has, and shows what its last one told', async () => {
    const { connect, be, names, clock } = setUp()
    const [phone, laptop] = [await connect('ada'), await connect('ada')]
    await be(phone, 'on the phone')
    await be(laptop, 'on the laptop')
    await clock.pass(250)
    expect(await names()).toEqual(['ada on the laptop'])
    await be(phone, 'typing')
    await clock.pass(250)
    laptop.link.closed()
    await clock.pass(5_000)
    expect(await names()).toEqual(['ada typing'])
  })

  test('is known to others by what its secret cannot be guessed from, and is the same on every link', async () => {
    const { connect, be, seen, hub, clock } = setUp()
    const first = await connect()
    await be(first, 'Kim')
    const again = new FakeClient(hub, clock)
    await again.ask('baro:connect', { protocol: 1, client: 'client-1' })
    await be(again, 'Kim')
    await clock.pass(250)
    const { list: all } = (await seen()) as { list: { id: string }[] }
    expect(all.map(({ id }) => id)).toEqual([expect.stringMatching(/^guest:[\w-]{22}$/)])
    expect(JSON.stringify(all)).not.toContain('client-1')
  })

  test('that reloads its page fifty times neither leaves nor joins', async () => {
    const { connect, follow, be, clock } = setUp()
    const reader = await connect()
    await follow(reader, list)
    let ada = await connect('ada')
    await be(ada, 'Ada')
    await clock.pass(250)
    for (let reload = 0; reload < 50; reload++) {
      ada.link.closed()
      await clock.pass(1_900)
      reader.send('baro:heartbeat', {})
      ada = await connect('ada')
      await be(ada, 'Ada')
    }
    await stay(reader, clock, 1)
    expect(publicationsIn(await reader.heard())).toHaveLength(1)
  })

  test('I9: whose connection dies is gone within 20 seconds, and one that answers stays', async () => {
    const { connect, be, clock, names } = setUp()
    const [dead, alive] = [await connect('dead'), await connect('alive')]
    await be(dead, 'D')
    await be(alive, 'A')
    await stay(alive, clock, 15)
    expect(await names()).toHaveLength(2)
    await stay(alive, clock, 5)
    await clock.pass(250)
    expect(await names()).toEqual(['alive A'])
    await stay(alive, clock, 60)
    expect(await names()).toEqual(['alive A'])
    expect((await alive.heard()).filter(({ type }) => type === 'baro:heartbeat').length).toBeLessThanOrEqual(3)
  })

  test('that says nothing while nobody asks is asked after 10 seconds', async () => {
    const { connect, be, clock } = setUp()
    const client = await connect('ada')
    await be(client, 'Ada')
    await clock.pass(9_900)
    expect(await client.heard()).toEqual([])
    await clock.pass(2_100)
    expect((await client.heard()).map(({ type }) => type)).toEqual(['baro:heartbeat'])
  })

  test('I9: whose node dies is gone after the lease; one that has gone to another node stays', async () => {
    const { open, connect, be, clock, names } = setUp()
    const dying = open()
    await be(await connect('ada', dying), 'Ada')
    await be(await connect('bob', dying), 'Bob')
    await clock.pass(250)
    await dying.close()
    const bob = await connect('bob')
    await be(bob, 'Bob')
    await stay(bob, clock, 14)
    expect(await names()).toEqual(['ada Ada', 'bob Bob'])
    await stay(bob, clock, 7)
    expect(await names()).toEqual(['bob Bob'])
  })
})

describe('a busy room', () => {
  test('I7: however many join at once and however often they change, the others are told four times a second', async () => {
    const { connect, follow, be, clock, seen } = setUp('public', { limits: { timesPerAddress: Infinity } })
    const reader = await connect()
    await follow(reader, list)
    await reader.heard()
    const clients = await Promise.all(Array.from({ length: 100 }, (_, count) => connect(`user-${count}`)))
    for (const [count, client] of clients.entries()) {
      await be(client, `${count}`)
      await clock.pass(10)
    }
    for (let update = 0; update < 1_000; update++) {
      clients[0]?.send('baro:subscribe', {
        ...{ channel: here, attempt: 10_000 + update, version: '1' },
        state: { name: `update ${update}` },
      })
      await clock.pass(1)
    }
    await clock.pass(250)
    expect(publicationsIn(await reader.heard()).length).toBeLessThanOrEqual(10)
    const { count, list: all } = (await seen()) as { count: number; list: { state: { name: string } }[] }
    expect([count, all[0]?.state.name]).toEqual([100, 'update 999'])
  })

  test('I7: above the bound it tells its count, and its members are asked for, page by page', async () => {
    const { connect, follow, be, clock, seen } = setUp('public', { limits: { maxListedMembers: 5 } })
    const reader = await connect()
    await follow(reader, list)
    for (let count = 0; count < 7; count++) await be(await connect(`user-${count}`), `${count}`)
    await clock.pass(250)
    expect(await seen()).toEqual({ count: 7 })
    await reader.heard()
    const answers: string[] = []
    let after: string | undefined
    for (let page = 0; page < 2; page++) {
      const answer = payloadOf(
        await reader.ask('baro:request', {
          ...{ id: `page-${page}`, channel: list, type: 'page' },
          payload: { limit: 4, ...(after !== undefined && { after }) },
        }),
        'baro:answer',
      ).payload as { members: { id: string }[]; more?: true }
      answers.push(`${answer.members.length}${answer.more ? ' and more' : ''}`)
      after = answer.members.at(-1)?.id
    }
    expect(answers).toEqual(['4 and more', '3'])
  })
})

describe('is refused', () => {
  const errorOf = (messages: readonly ServerMessage[]) => payloadOf(messages, 'baro:error')
  const onlyReads: Access = ({ action, channel: of }) => of === owner && action === 'members'

  test('to be here without permission, while the list stays readable', async () => {
    const { connect, follow, be, clock, names } = setUp(onlyReads)
    const client = await connect('ada')
    payloadOf(await follow(client, list), 'baro:reset')
    expect(errorOf(await be(client, 'Ada'))).toMatchObject({ code: 'refused', channel: here })
    await clock.pass(1_000)
    expect(await names()).toEqual([])
  })

  test('to read the list without permission, while one may be in it', async () => {
    const { connect, follow, be, clock, names } = setUp(({ action }) => action === 'track')
    const client = await connect('ada')
    expect(errorOf(await follow(client, list))).toMatchObject({ code: 'refused' })
    expect(
      errorOf(await client.ask('baro:request', { id: 'r', channel: list, type: 'page', payload: {} })),
    ).toMatchObject({ code: 'refused' })
    payloadOf(await be(client, 'Ada'), 'baro:reset')
    await clock.pass(250)
    expect(await names()).toEqual(['ada Ada'])
  })

  test.each<[string, Json | undefined]>([
    ['no state', undefined],
    ['a state that the schema does not take', { name: 7 }],
    ['a state that is too large', { name: 'x'.repeat(2_048) }],
  ])('%s', async (_, state) => {
    const { connect, follow, clock, names } = setUp()
    const client = await connect('ada')
    const answer = await follow(client, here, state === undefined ? {} : { state })
    expect(errorOf(answer)).toMatchObject({ code: 'invalid-payload' })
    await clock.pass(250)
    expect(await names()).toEqual([])
  })

  test.each([
    ['of a channel that does not exist', 'baro~members:nowhere', 'unknown-channel'],
    ['of a channel without members', 'baro~members:plain', 'unknown-channel'],
    ['of members', `baro~members:${list}`, 'unknown-channel'],
    ['of another reserved name', `baro~other:${owner}`, 'unknown-channel'],
    ['of a name of 10 kB', `baro~here:${'x'.repeat(10_000)}`, 'bad-name'],
    ['of a name in another spelling', 'baro~here:room:1:한', 'bad-name'],
  ])('presence %s', async (_, name, code) => {
    const { connect, follow } = setUp()
    expect(errorOf(await follow(await connect(), name, { state: { name: 'x' } }))).toMatchObject({ code })
  })

  test('a lease that is not longer than its renewal', () => {
    expect(() => setUp('public', { memberLeaseMs: 5_000 })).toThrow(
      expect.objectContaining({ code: 'bad-definition', message: expect.stringContaining('memberLeaseMs') }),
    )
  })

  test('a publish into the list, by a client and by the application', async () => {
    const { connect, hub } = setUp()
    const client = await connect('ada')
    const answer = await client.ask('baro:publish', { id: 'p', channel: list, type: 'changed', payload: {} })
    expect(errorOf(answer)).toMatchObject({ code: 'not-accepted' })
    await expect(hub.publish({ channel: list } as never, 'changed' as never, {} as never)).rejects.toMatchObject({
      code: 'not-accepted',
    })
  })
})

test('the owner of a name may be as long as any name', async () => {
  const { connect, follow, hub } = setUp()
  const reference = room({ id: 'x'.repeat(200), part: 'y'.repeat(49) })
  expect(reference.channel).toHaveLength(255)
  payloadOf(await follow(await connect(), members(reference).channel), 'baro:reset')
  expect(hub.isPublic(members(reference))).toBe(true)
})

test('a pattern and a name that begin with "baro~" are reserved', () => {
  expect(() => channel('baro~mine:{id}')).toThrow(expect.objectContaining({ code: 'bad-definition' }))
  expect(() => channel('{kind}:{id}')({ kind: 'baro~members', id: 1 })).toThrow(
    expect.objectContaining({ code: 'bad-name' }),
  )
})

test('marks that turn the direction of a text, and any other text, arrive as the schema lets them through', async () => {
  const { connect, be, clock, names } = setUp()
  await be(await connect('ada'), '\u202eadA\u200f 가')
  await clock.pass(250)
  expect(await names()).toEqual(['ada \u202eadA\u200f 가'])
})

test('a member that is gone before anybody saw it came and went, for everybody', async () => {
  const { connect, be, clock, follow, seen, names } = setUp()
  const reader = await connect()
  await be(await connect('first'), 'F')
  await follow(reader, list)
  const brief = await connect('brief')
  brief.send('baro:subscribe', { channel: here, attempt: 1, version: '1', state: { name: 'B' } })
  brief.send('baro:unsubscribe', { channel: here })
  await clock.pass(1_000)
  expect(await names()).toEqual(['first F'])
  expect(await seen()).toMatchObject({ count: 1 })
})

test('I8: a connection that becomes another user is no member as the first one any more', async () => {
  const { connect, be, clock, names, follow } = setUp()
  const client = await connect('ada')
  await be(client, 'Ada')
  await clock.pass(250)
  await client.ask('baro:refresh', { token: 'bob' })
  expect(client.socket.closedWith).toMatchObject({ code: 4000 })
  client.link.closed()
  const bob = await connect('bob')
  await be(bob, 'Bob')
  await clock.pass(2_500)
  expect(await names()).toEqual(['bob Bob'])
  await follow(bob, list)
})

test('I8: who is revoked from the owner is out of it and of its list at once', async () => {
  const { connect, be, clock, names, follow, hub } = setUp(({ user }) => user !== undefined)
  const client = await connect('ada')
  await follow(client, list)
  await be(client, 'Ada')
  await clock.pass(250)
  await client.heard()
  await hub.revoke({ user: 'ada', channel: room({ id: 1, part: '한' }) })
  await clock.pass(250)
  const errors = (await client.heard()).filter(({ type }) => type === 'baro:error')
  expect(errors.map(({ payload }) => (payload as { channel?: string }).channel).sort()).toEqual([here, list])
  expect(await names()).toEqual([])
})

test('a broker that cannot be reached is touched again, and nobody is lost', async () => {
  const { connect, be, clock, names, broker } = setUp()
  const client = await connect('ada')
  const { touch } = broker.presence
  let failures = 3
  Object.assign(broker.presence, {
    touch: (...args: Parameters<typeof touch>) => {
      if (failures-- > 0) throw new Error('not now')
      return touch(...args)
    },
  })
  await be(client, 'Ada')
  await clock.pass(5_000)
  expect(await names()).toEqual(['ada Ada'])
})
