import { type BaroError, channel, type Json, members, type Signal } from '@baro/core'
import { formatPosition } from '@baro/core/protocol'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  createRoomStage,
  type createStage,
  FakeClient,
  lineFraming,
  payloadOf,
  RecordedLog,
  room,
  subscribe,
} from '../../test/fake-client.ts'
import type { AnyHandlers } from '../channel/handlers.ts'
import type { Batch } from '../delivery/batch.ts'
import { unencoded } from '../delivery/dialect.ts'
import { sdkDialect } from '../delivery/encode/sdk-messages.ts'
import type { RoomWaiter } from '../delivery/outbox.ts'
import { createHub } from '../hub/create-hub.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'
import type { Outlet } from '../stream/reader.ts'
import type { Follower } from './participant.ts'

const one = room({ id: 1 })
const talking: Partial<AnyHandlers> = {
  events: { message: ({ payload, publish }) => publish('message', payload) },
  signals: { typing: ({ payload, signal }) => signal('typing', payload) },
  requests: { echo: ({ payload }) => payload },
}

/** Keeps what it is told; full when the test says so. */
class Recorder implements Follower {
  readonly deliveries: Batch[] = []
  readonly resets: { readonly reason: string; readonly value: Json | undefined; readonly position: string }[] = []
  readonly signals: Signal[] = []
  readonly failures: BaroError[] = []
  readonly #waiters = new Set<RoomWaiter>()
  readonly queue = {
    isFull: false,
    waitForRoom: (waiter: RoomWaiter) => void this.#waiters.add(waiter),
    stopWaiting: (waiter: RoomWaiter) => void this.#waiters.delete(waiter),
  }

  delivered(batch: Batch): void {
    this.deliveries.push(batch)
  }

  reset(reason: string, { value, position }: Parameters<Follower['reset']>[1]): void {
    this.resets.push({ reason, value, position: formatPosition(position) })
  }

  signaled(signal: Signal): void {
    this.signals.push(signal)
  }

  failed(error: BaroError): void {
    this.failures.push(error)
  }

  /** The queue is empty again. */
  makeRoom(): void {
    this.queue.isFull = false
    const waiting = [...this.#waiters]
    this.#waiters.clear()
    for (const waiter of waiting) waiter.hasRoom()
  }

  get waiting(): number {
    return this.#waiters.size
  }

  get texts(): unknown[] {
    return this.deliveries.flatMap(({ publications }) =>
      publications.map(({ payload }) => (payload as { text: string }).text),
    )
  }
}

/** A callback that throws. */
const faulty = (name: string) => () => {
  throw new Error(`a fault in ${name}`)
}

/** An outlet of a gateway, which takes everything as it is. */
function silentOutlet(): Outlet<unknown, unknown> {
  const nothing = () => {}
  return {
    dialect: unencoded as Outlet<unknown, unknown>['dialect'],
    outbox: new Recorder().queue,
    ...{ recovered: nothing, reset: nothing, continued: nothing, deliver: nothing, signal: nothing, failed: nothing },
  }
}

function setUp(handlers: Partial<AnyHandlers> = {}, options: Parameters<typeof createStage>[0] = {}) {
  const stage = createRoomStage({ ...talking, ...handlers }, options)
  return { ...stage, ada: stage.hub.open({ user: { id: 'ada' } }), bob: stage.hub.open({ user: { id: 'bob' } }) }
}

describe('two participants of one hub', () => {
  test('meet in a channel, without a link and without an encoded byte', async () => {
    const { ada, bob, settle } = setUp()
    const heard = new Recorder()
    bob.follow(one, 'now', heard)
    await settle()
    const answer = await ada.publish(one, 'message', { text: 'hello' })
    await settle()
    expect(heard.deliveries.at(-1)).toMatchObject({
      channel: 'room:1',
      publications: [{ id: answer.id, by: 'ada', payload: { text: 'hello' } }],
    })
    expect(heard.deliveries.map(({ position }) => formatPosition(position)).at(-1)).toBe(answer.position)
  })

  test('I2: continue from a position, first with what they have missed', async () => {
    const { bob, publish, settle } = setUp()
    const from = await publish('a')
    await publish('b', 'c')
    const heard = new Recorder()
    bob.follow(one, from, heard)
    await settle()
    await publish('d')
    await settle()
    expect(heard.texts).toEqual(['b', 'c', 'd'])
    const places = heard.deliveries.map(({ position }) => formatPosition(position))
    for (const [index, { follows }] of heard.deliveries.entries())
      expect(formatPosition(follows)).toBe(index === 0 ? from : places[index - 1])
  })

  test('without a position begin with the newest value', async () => {
    const { bob, publish, settle } = setUp()
    const position = await publish('a', 'b')
    const heard = new Recorder()
    bob.follow(one, undefined, heard)
    await settle()
    expect(heard.resets).toEqual([{ reason: 'none', value: ['a', 'b'], position }])
  })

  test('get values of their own: a change that one makes is not seen by the other', async () => {
    const { ada, bob, publish, settle } = setUp()
    await publish('a')
    const [first, second] = [new Recorder(), new Recorder()]
    ada.follow(one, undefined, {
      ...first,
      delivered: () => {},
      failed: () => {},
      reset: (_, { value }) => void (value as string[]).push('x'),
    })
    await settle()
    bob.follow(one, undefined, second)
    await settle()
    expect(second.resets[0]?.value).toEqual(['a'])
  })

  test('signal and ask through the handlers of the channel', async () => {
    const { ada, bob, settle } = setUp()
    const heard = new Recorder()
    bob.follow(one, 'now', heard)
    await settle()
    await ada.signal(one, 'typing', { on: true })
    await settle()
    expect(heard.signals).toEqual([{ channel: 'room:1', type: 'typing', payload: { on: true }, by: 'ada' }])
    expect(await ada.request(one, 'echo', { text: 'hi' })).toEqual({ text: 'hi' })
  })

  test('meet the clients of the SDK', async () => {
    const { hub, clock, ada, settle } = setUp()
    const client = new FakeClient(hub, clock)
    await client.ask('baro:connect', { protocol: 1, client: 'secret' })
    await subscribe(client, 1)
    await ada.publish(one, 'message', { text: 'hello' })
    await settle()
    expect(payloadOf(await client.heard(), 'baro:publications')).toMatchObject({ publications: [{ by: 'ada' }] })
  })
})

describe('a follower', () => {
  test('I7: that is full is cut, and reads on from there when it has room', async () => {
    const { bob, publish, settle, hub } = setUp()
    const heard = new Recorder()
    bob.follow(one, 'now', heard)
    await settle()
    await publish('a')
    await settle()
    heard.queue.isFull = true
    await publish('b')
    await settle()
    await publish('c')
    await settle()
    expect(heard.texts).toEqual(['a'])
    expect([heard.waiting, hub.counters.slow]).toEqual([1, 1])
    heard.makeRoom()
    await settle()
    expect(heard.texts).toEqual(['a', 'b', 'c'])
  })

  test('that ends while it waits for room is forgotten', async () => {
    const { bob, publish, settle } = setUp()
    const heard = new Recorder()
    const followed = bob.follow(one, 'now', heard)
    await settle()
    heard.queue.isFull = true
    await publish('a')
    await settle()
    expect(heard.waiting).toBe(1)
    followed.end()
    expect(heard.waiting).toBe(0)
  })

  test('that throws is logged, and the others get everything', async () => {
    const { ada, bob, publish, settle, log } = setUp()
    const heard = new Recorder()
    const delivered = () => {
      throw new Error('a fault of the follower')
    }
    ada.follow(one, 'now', { delivered, reset: () => {}, failed: () => {} })
    bob.follow(one, 'now', heard)
    await settle()
    await publish('a')
    await settle()
    expect(heard.texts).toEqual(['a'])
    expect(log.errors.join()).toContain('a fault of the follower')
  })

  test.each<[string, AnyHandlers['access'], string[]]>([
    ['a rule that waits', () => Promise.resolve(false), []],
    ['a rule that answers at once', () => false, []],
    ['a broker that is away', 'public', ['follow']],
    ['a snapshot that cannot be read', 'public', ['read']],
  ])('whose failed throws is logged, and nobody else notices: %s', async (_, access, broken) => {
    const { ada, broker, settle, log } = setUp({ access })
    for (const name of broken) broker.broken.add(name as 'follow')
    const follower = { delivered: () => {}, reset: () => {}, failed: faulty('failed') }
    expect(() => ada.follow(one, undefined, follower)).not.toThrow()
    await settle()
    expect(log.errors.join()).toContain('a fault in failed')
  })

  test('that writes bytes and throws has failed, is told so, and keeps nothing from the others', async () => {
    const { ada, bob, publish, settle, log } = setUp()
    const [told, heard]: [unknown[], Recorder] = [[], new Recorder()]
    const failed = (error: unknown) => {
      told.push(error)
      throw new Error('a fault in failed')
    }
    ada.follow(one, 'now', { ...silentOutlet(), deliver: faulty('deliver'), failed })
    ada.follow(one, 'now', { ...silentOutlet(), signal: faulty('signal'), failed })
    bob.follow(one, 'now', heard)
    await settle()
    await publish('a')
    await settle()
    await bob.signal(one, 'typing', { on: true })
    await publish('b')
    await settle()
    expect([heard.texts, heard.signals.length]).toEqual([['a', 'b'], 1])
    expect(told).toMatchObject([{ code: 'handler-failed' }, { code: 'handler-failed' }])
    expect(log.errors.filter((line) => line.includes('a fault in failed'))).toHaveLength(2)
  })

  test('I4: that throws where the stream begins anew leaves no other behind', async () => {
    const { ada, bob, broker, clock, log, publish, settle } = setUp()
    const heard = new Recorder()
    ada.follow(one, 'now', { ...silentOutlet(), reset: faulty('reset'), failed: faulty('failed') })
    bob.follow(one, 'now', heard)
    await settle()
    await publish('a')
    await settle()
    const other = createMemoryBroker({ clock, randomness: createSeededRandomness('another life') })
    broker.read = async (...args) => other.read(...args)
    broker.readCheckpoint = async (...args) => other.readCheckpoint(...args)
    for (const follower of broker.followers) follower.lost()
    await settle()
    expect(heard.resets).toMatchObject([{ reason: 'epoch' }])
    expect(log.errors.filter((line) => line.includes('a fault in'))).toHaveLength(2)
  })

  test('that writes bytes gives a dialect; they are made once for all readers of the dialect', async () => {
    const { ada, publish, settle } = setUp()
    const lines: string[] = []
    const write = (bytes: unknown) => void lines.push(Buffer.from(bytes as Uint8Array).toString())
    const outlet: Outlet<unknown, unknown> = {
      dialect: sdkDialect(lineFraming),
      outbox: new Recorder().queue,
      recovered: () => {},
      reset: () => {},
      continued: write,
      deliver: write,
      signal: write,
      failed: () => {},
    }
    ada.follow(one, 'now', outlet)
    await settle()
    await publish('a')
    await settle()
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { type: 'baro:publications', payload: { channel: 'room:1' } },
    ])
  })

  test.each([
    ['a bad position', 'room:1', 'x y', 'bad-position'],
    ['an unknown channel', 'lobby', 'now', 'unknown-channel'],
    ['a bad name', 'a::b', 'now', 'bad-name'],
  ])('of %s is told at once', (_, channel, from, code) => {
    expect(() => setUp().ada.follow({ channel }, from, new Recorder())).toThrow(expect.objectContaining({ code }))
  })

  test('of a channel that cannot be read is told, and has ended', async () => {
    const { ada, broker, settle } = setUp()
    broker.broken.add('follow')
    const heard = new Recorder()
    ada.follow(one, undefined, heard)
    await settle()
    expect(heard.failures).toMatchObject([{ code: 'unavailable' }])
  })
})

describe('what a follower is told', () => {
  /** A room whose feed is open, so that every answer is known at once. */
  async function inOpenRoom(options: Parameters<typeof setUp>[0] = {}) {
    const stage = setUp(options)
    stage.bob.follow(one, 'now', new Recorder())
    const from = await stage.publish('a')
    const head = await stage.publish('b')
    await stage.settle()
    return { ...stage, from, head }
  }

  test.each<['from' | 'head' | undefined, AnyHandlers['access'], string]>([
    ['head', 'public', 'delivered'],
    ['from', 'public', 'delivered'],
    [undefined, 'public', 'reset'],
    [undefined, ({ user }) => user?.id !== 'ada', 'failed'],
  ])('comes after follow has returned: from %s', async (place, access, what) => {
    const { ada, settle, ...stage } = await inOpenRoom({ access })
    const told: string[] = []
    const note = (name: string) => () => void told.push(name)
    ada.follow(one, place && stage[place], {
      delivered: note('delivered'),
      reset: note('reset'),
      failed: note('failed'),
    })
    told.push('returned')
    await settle()
    expect(told).toEqual(['returned', what])
  })

  test('of its being a member comes after track has returned', async () => {
    const hall = channel('hall', { members: { state: z.object({ name: z.string() }) } })
    const clock = createFakeClock()
    const hub = createHub({ channels: [hall], clock, randomness: createSeededRandomness('hall') })
    hub.on(hall, { access: ({ user }) => user?.id === 'ada' })
    hub.open({ user: { id: 'ada' } }).follow(members(hall()), 'now', new Recorder())
    await clock.pass(0)
    const told: string[] = []
    const track = (id: string) =>
      hub
        .open({ user: { id } })
        .track(
          hall(),
          { name: 'A' },
          { taken: () => told.push(`${id} taken`), failed: () => told.push(`${id} failed`) },
        )
    track('ada')
    track('bob')
    told.push('returned')
    await clock.pass(0)
    expect(told).toEqual(['returned', 'bob failed', 'ada taken'])
  })

  test("I2: from 'now' includes what is published before the first answer", async () => {
    const { ada, publish, settle, head } = await inOpenRoom()
    const heard = new Recorder()
    ada.follow(one, 'now', heard)
    void publish('c')
    await settle()
    expect(heard.texts).toEqual(['c'])
    expect(heard.deliveries[0] && formatPosition(heard.deliveries[0].follows)).toBe(head)
  })

  test.each(['from', undefined] as const)('is nothing more after it ends itself there: from %s', async (place) => {
    const { ada, publish, settle, ...stage } = await inOpenRoom()
    const told: string[] = []
    const once = (name: string) => () => {
      told.push(name)
      followed.end()
    }
    const followed = ada.follow(one, place && stage[place], {
      delivered: once('delivered'),
      reset: once('reset'),
      signaled: once('signaled'),
      failed: once('failed'),
    })
    await settle()
    await publish('c')
    await ada.signal(one, 'typing', { on: true })
    await settle()
    expect(told).toEqual([place ? 'delivered' : 'reset'])
  })

  test('is nothing if it ends before the first answer', async () => {
    const { ada, publish, settle } = await inOpenRoom()
    const heard = new Recorder()
    ada.follow(one, undefined, heard).end()
    await publish('c')
    await settle()
    expect(heard).toMatchObject({ deliveries: [], resets: [], failures: [] })
  })

  test('I1: comes once, also if it begins while another is told', async () => {
    const { ada, bob, publish, settle } = await inOpenRoom()
    const heard = new Recorder()
    let begun = 0
    const outlet = { ...silentOutlet(), deliver: (batch: unknown) => heard.delivered(batch as Batch) }
    ada.follow(one, 'now', {
      ...{ reset() {}, failed() {} },
      // A gateway's outlet, because that one is told at once.
      delivered: ({ publications }) => publications.length > 0 && begun++ === 0 && bob.follow(one, 'now', outlet),
    })
    await settle()
    await publish('c')
    await settle()
    await publish('d')
    await settle()
    expect([begun, heard.texts]).toEqual([2, ['d']])
  })

  test('I1: comes once, also if it begins while an observer is told', async () => {
    const { bob, hub, publish, settle } = await inOpenRoom()
    const heard = new Recorder()
    const outlet = { ...silentOutlet(), deliver: (batch: unknown) => heard.delivered(batch as Batch) }
    const stop = hub.observe({
      delivered: () => {
        stop()
        bob.follow(one, 'now', outlet)
      },
    })
    await publish('c')
    await settle()
    await publish('d')
    await settle()
    expect(heard.texts).toEqual(['d'])
  })

  test('of a user who is disconnected while its session is announced is its end, after hub.open has returned', async () => {
    const { hub, settle } = setUp()
    hub.observe({ connected: ({ user }) => void (user === 'eve' && hub.disconnect({ user })) })
    const told: string[] = []
    const eve = hub.open({ user: { id: 'eve' } }, { over: ({ code }) => told.push(code) })
    told.push('returned')
    await settle()
    expect(told).toEqual(['returned', 'expired'])
    expect(() => eve.follow(one, 'now', new Recorder())).toThrow(expect.objectContaining({ code: 'closed' }))
  })
})

describe('what a rule refuses', () => {
  const onlyAda: AnyHandlers['access'] = ({ user }) => user?.id === 'ada'

  test('I8: is followed by nobody else', async () => {
    const { ada, bob, publish, settle } = setUp({ access: onlyAda })
    const [allowed, refused] = [new Recorder(), new Recorder()]
    ada.follow(one, 'now', allowed)
    bob.follow(one, undefined, refused)
    await settle()
    await publish('a')
    await settle()
    expect(allowed.texts).toEqual(['a'])
    expect(refused).toMatchObject({ deliveries: [], resets: [], failures: [{ code: 'refused' }] })
  })

  test('is not published, signalled or asked either', async () => {
    const { bob, hub } = setUp({ access: onlyAda })
    await expect(bob.publish(one, 'message', { text: 'a' })).rejects.toMatchObject({ code: 'refused' })
    await expect(bob.signal(one, 'typing', { on: true })).rejects.toMatchObject({ code: 'refused' })
    await expect(bob.request(one, 'echo', { text: 'a' })).rejects.toMatchObject({ code: 'refused' })
    expect(hub.counters.published).toBe(0)
  })

  test('is asked once each time that somebody begins to follow, with the user', async () => {
    const asked: unknown[] = []
    const { ada, publish, settle } = setUp({ access: (context) => asked.push(context) > 0 })
    ada.follow(one, 'now', new Recorder())
    await settle()
    await publish('a', 'b')
    await settle()
    expect(asked).toEqual([
      { action: 'read', claims: {}, channel: 'room:1', params: { id: '1' }, user: { id: 'ada' }, session: ada.session },
    ])
  })
})

describe('I5: a publish of a participant', () => {
  const turn = { producer: 'p', number: 1, confirmed: 0 }

  test('is done once by its turn, however often it is sent', async () => {
    const { ada, hub } = setUp()
    const answers = await Promise.all(
      [1, 2, 3].map(() => ada.publish(one, 'message', { text: 'a' }, { id: 'my-id', turn })),
    )
    expect(new Set(answers.map(({ position }) => position)).size).toBe(1)
    expect(hub.counters).toMatchObject({ published: 1, repeated: 2 })
  })

  test('is the same for each session of a user, and for nobody else', async () => {
    const { ada, bob, hub } = setUp()
    const again = hub.open({ user: { id: 'ada' } })
    const [first] = [await ada.publish(one, 'message', { text: 'a' }, { id: 'x' })]
    expect(await again.publish(one, 'message', { text: 'a' }, { id: 'x' })).toEqual(first)
    expect(await bob.publish(one, 'message', { text: 'a' }, { id: 'x' })).not.toEqual(first)
  })

  test('of a guest is repeated by this guest alone, unless guests share a secret', async () => {
    const { hub } = setUp()
    const of = async (guest?: string) => {
      const participant = hub.open(guest === undefined ? {} : { guest })
      return (await participant.publish(one, 'message', { text: 'a' }, { id: 'x' })).position
    }
    expect(await of()).not.toBe(await of())
    expect(await of('secret')).toBe(await of('secret'))
  })

  test('counts on the life of the claims that it names', async () => {
    const { ada } = setUp()
    const claimsEpoch = await ada.claimsEpoch()
    await expect(ada.publish(one, 'message', { text: 'a' }, { turn, claimsEpoch: 'another' })).rejects.toMatchObject({
      code: 'out-of-turn',
    })
    expect(await ada.publish(one, 'message', { text: 'a' }, { turn, claimsEpoch })).toMatchObject({
      position: expect.any(String),
    })
  })

  test('whose handler throws tells nothing of the inside', async () => {
    const { ada, log } = setUp({ requests: { echo: () => Promise.reject(new Error('the password is 1234')) } })
    await expect(ada.request(one, 'echo', { text: 'a' })).rejects.toMatchObject({
      code: 'handler-failed',
      message: expect.not.stringContaining('1234'),
    })
    expect(log.errors.join()).toContain('1234')
  })
})

describe('a participant', () => {
  test('is a session: counted, announced, and seen in the hooks of channels', async () => {
    const seen: string[] = []
    const stage = createRoomStage({
      joined: ({ session }) => seen.push(`joined ${session}`),
      left: ({ session }) => seen.push(`left ${session}`),
    })
    stage.hub.on('connected', ({ session }) => seen.push(`connected ${session}`))
    stage.hub.on('disconnected', ({ session }) => seen.push(`disconnected ${session}`))
    const bot = stage.hub.open({ session: 'bot' })
    bot.follow(one, 'now', new Recorder())
    await stage.settle()
    expect(stage.hub.counters.sessions).toBe(1)
    bot.end()
    bot.end()
    await stage.settle()
    expect(seen).toEqual(['connected bot', 'joined bot', 'disconnected bot', 'left bot'])
    expect(stage.hub.counters.sessions).toBe(0)
  })

  test('that has ended hears nothing, and does nothing', async () => {
    const { ada, publish, settle } = setUp()
    const heard = new Recorder()
    ada.follow(one, 'now', heard)
    await settle()
    ada.end()
    await publish('a')
    await settle()
    expect(heard.texts).toEqual([])
    await expect(ada.publish(one, 'message', { text: 'a' })).rejects.toMatchObject({ code: 'closed' })
    expect(() => ada.follow(one, 'now', heard)).toThrow(expect.objectContaining({ code: 'closed' }))
  })

  test('ends when the node stops, is told when to come back, and does not hold it up', async () => {
    const stage = createRoomStage()
    const told: number[] = []
    const bot = stage.hub.open({}, { ended: (reconnectInMs) => void told.push(reconnectInMs) })
    await stage.hub.drain({ spreadMs: 0 })
    expect(told).toEqual([0])
    await expect(bot.publish(one, 'message', { text: 'a' })).rejects.toMatchObject({ code: 'closed' })
    expect(() => stage.hub.open()).toThrow(expect.objectContaining({ code: 'unavailable' }))
  })
})

describe('I9: a participant in a channel', () => {
  const named = channel('named:{id}', { members: { state: z.object({ name: z.string() }) } })
  const hall = named({ id: 1 })

  function setUpHall(access: AnyHandlers['access'] = 'public') {
    const clock = createFakeClock()
    const log = new RecordedLog()
    const hub = createHub({ channels: [named], clock, log, randomness: createSeededRandomness('hall') })
    hub.on(named, { access: access as never })
    const seen = async () => {
      const { value } = await hub.snapshot(members(hall))
      return (value.list ?? []).map(({ id, user, state }) => `${user ?? id.slice(0, 5)} ${state.name}`)
    }
    return { clock, log, hub, seen }
  }

  test('is a member with a state, until its end and a little longer', async () => {
    const { hub, clock, seen } = setUpHall()
    const ada = hub.open({ user: { id: 'ada' } })
    const present = ada.track(hall, { name: 'Ada' })
    await clock.pass(250)
    expect(await seen()).toEqual(['ada Ada'])
    present.update({ name: 'Ada L.' })
    await clock.pass(250)
    await clock.pass(120_000)
    expect(await seen()).toEqual(['ada Ada L.'])
    ada.end()
    await clock.pass(1_999)
    expect(await seen()).toEqual(['ada Ada L.'])
    await clock.pass(251)
    expect(await seen()).toEqual([])
  })

  test('leaves at once when it says so, and comes back by another participant without having been away', async () => {
    const { hub, clock, seen } = setUpHall()
    const told: unknown[] = []
    hub.open().follow(members(hall), 'now', {
      delivered: ({ publications }) => told.push(...publications.map(({ payload }) => Object.keys(payload as object))),
      reset: () => {},
      failed: () => {},
    })
    for (let times = 0; times < 3; times++) {
      const guest = hub.open({ guest: 'secret' })
      guest.track(hall, { name: 'Guest' })
      await clock.pass(1_000)
      guest.end()
      await clock.pass(1_000)
    }
    const last = hub.open({ guest: 'secret' })
    const present = last.track(hall, { name: 'Guest' })
    await clock.pass(1_000)
    expect(await seen()).toEqual(['guest Guest'])
    present.end()
    present.end()
    present.update({ name: 'Gone' })
    await clock.pass(250)
    expect(await seen()).toEqual([])
    expect(told).toEqual([['joined'], ['left']])
  })

  test('is one with the links of its user, and knows which member it is', async () => {
    const { hub, clock, seen } = setUpHall()
    const [one, other] = [hub.open({ user: { id: 'ada' } }), hub.open({ user: { id: 'ada' } })]
    one.track(hall, { name: 'A' })
    other.track(hall, { name: 'B' })
    await clock.pass(250)
    expect(await seen()).toEqual(['ada B'])
    expect(await one.request(members(hall), 'me', null)).toBe('user:ada')
    const guest = (secret: string) => hub.open({ guest: secret }).request(members(hall), 'me', null)
    expect(await guest('a')).toMatch(/^guest:[\w-]{22}$/)
    expect(await guest('a')).toBe(await guest('a'))
    expect(await guest('a')).not.toBe(await guest('b'))
  })

  test.each([
    [
      'a rule that does not let it be there',
      ({ action }: { action: string }) => action !== 'track',
      { name: 'Ada' },
      'refused',
    ],
    ['a state that the schema refuses', 'public', { name: 7 }, 'invalid-payload'],
    ['a state that is too long', 'public', { name: 'x'.repeat(3_000) }, 'invalid-payload'],
  ])('is none by %s, and is told', async (_, access, state, code) => {
    const { hub, clock, seen } = setUpHall(access as never)
    const told: string[] = []
    hub.open({ user: { id: 'ada' } }).track(hall, state as never, { failed: (error) => told.push(error.code) })
    await clock.pass(250)
    expect([told, await seen()]).toEqual([[code], []])
  })

  test('leaves with an update that is refused, or with its right, and is told once', async () => {
    const { hub, clock, seen, log } = setUpHall()
    const told: string[] = []
    const present = hub
      .open({ user: { id: 'ada' } })
      .track(hall, { name: 'Ada' }, { failed: (error) => told.push(error.code) })
    hub.open({ user: { id: 'bob' } }).track(hall, { name: 'Bob' })
    await clock.pass(250)
    present.update({ name: 7 } as never)
    await hub.revoke({ user: 'bob', channel: hall })
    await clock.pass(250)
    expect([told, await seen()]).toEqual([['invalid-payload'], []])
    expect(log.warnings).toEqual([expect.stringContaining('named:1')])
  })

  test('cannot be in a channel without members', () => {
    const { ada } = setUp()
    expect(() => ada.track(one, {})).toThrow(expect.objectContaining({ code: 'unknown-channel' }))
  })
})
