import { type Client, createClient, type Subscription, type Transport } from '@baro/client'
import { createSharedTransport } from '@baro/client/transports'
import { type AnyChannel, channel, type Publication, type Reference, type Schema, type TypesOf } from '@baro/core'
import type { ServerMessage } from '@baro/core/protocol'
import { createHub, createMemoryBroker, type Hub } from '@baro/server'
import {
  createFakeClock,
  createNetwork,
  createSeededRandomness,
  type FakeClock,
  type Network,
  type SeededRandomness,
} from '@baro/testing'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { patience } from '../e2e/patience.ts'
import { FakeBrowser, type FakeTab } from './browser.ts'

const text: Schema<string> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as string }) },
}
const bytes: Schema<Uint8Array> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => (value instanceof Uint8Array ? { value } : { issues: [{ message: 'no bytes' }] }),
  },
}
const room = channel('room:{id}', {
  events: { note: text },
  signals: { typing: text },
  state: { initial: (): string[] => [], on: { note: (list, { payload }) => [...list, payload] } },
})
const first = room({ id: 1 })
const album = channel('album', {
  events: { picture: bytes },
  signals: { glance: bytes },
  requests: { mirror: { input: bytes, output: bytes } },
  state: { initial: () => [] as Uint8Array[], on: { picture: (list, { payload }) => [...list, payload] } },
})
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

let clock: FakeClock
let randomness: SeededRandomness
let network: Network
/** Runs once, while the hub reads what followed a position. */
let whileReading: (() => Promise<void>) | undefined
let hub: Hub
let browser: FakeBrowser
let tabs: Tab[]

beforeEach(() => setUp('tabs'))

function setUp(seed: string): void {
  clock = createFakeClock()
  randomness = createSeededRandomness(seed)
  network = createNetwork({ clock, randomness })
  const broker = createMemoryBroker({ clock, randomness })
  const { read } = broker
  whileReading = undefined
  Object.assign(broker, {
    async read(...range: Parameters<typeof read>) {
      const run = whileReading
      whileReading = undefined
      await run?.()
      return read.apply(broker, range)
    },
  })
  hub = createHub({
    channels: [room, album],
    broker,
    auth: ({ token }) => {
      if (token === undefined) return undefined
      const [id = '', expiresAtMs] = token.split(' ')
      return { id, ...(expiresAtMs && { expiresAtMs: Number(expiresAtMs) }) }
    },
    clock,
    randomness,
    log: quiet,
  })
  hub.on(room, {
    access: 'public',
    events: { note: ({ payload, publish }) => publish('note', payload) },
    signals: { typing: ({ payload, signal }) => signal('typing', payload) },
  })
  hub.on(album, {
    access: 'public',
    events: { picture: ({ payload, publish }) => publish('picture', payload) },
    signals: { glance: ({ payload, signal }) => signal('glance', payload) },
    requests: { mirror: ({ payload }) => payload.slice().reverse() },
  })
  network.listen('node', hub)
  browser = new FakeBrowser(clock)
  tabs = []
}

/** A tab with its client, and what its page was told. */
class Tab {
  readonly #tab: FakeTab
  readonly client: Client
  readonly told: Publication[] = []
  subscription: Subscription | undefined
  readonly #links: { close(): void }[] = []

  /** @param token One that lasts, or what gives one that is good until the time behind its name. */
  constructor(token?: string | (() => string | undefined)) {
    this.#tab = browser.open()
    tabs.push(this)
    this.client = createClient({
      url: 'https://shop.example/baro',
      transport: createSharedTransport(this.#owned(network.transport(`tab-${tabs.length}`)), {
        clock: this.#clock(),
        randomness,
        locks: this.#tab.locks,
        BroadcastChannel: this.#tab.BroadcastChannel,
        identify: async (_, { payload }) => {
          const [user, expiresAtMs] = (payload as { readonly token?: string }).token?.split(' ') ?? []
          return {
            ...(user === undefined ? undefined : { user }),
            ...(expiresAtMs && { expiresInMs: Number(expiresAtMs) - clock.now() }),
          }
        },
      }),
      ...(token === undefined ? undefined : { token }),
      clock: this.#clock(),
      randomness,
      lingerMs: 0,
      log: quiet,
      wake: {
        listen: ({ woke }) => {
          this.wake = woke
          return () => {}
        },
      },
    })
  }

  wake = () => {}

  follow(reference: Reference = first, definition: AnyChannel = room): Subscription {
    this.subscription = this.client.subscribe(definition, reference)
    this.subscription.onPublication((publication) => this.told.push(publication as Publication))
    return this.subscription
  }

  get state(): readonly string[] {
    return this.subscription?.current.state as string[]
  }

  get isLive(): boolean {
    return this.subscription?.current.status.state === 'live'
  }

  /** The process of the tab is gone: its link breaks, its locks are free, nobody is told. */
  crash(): void {
    tabs = tabs.filter((tab) => tab !== this)
    this.#tab.crash()
    for (const link of this.#links) link.close()
  }

  freeze(): void {
    this.#tab.freeze()
  }

  thaw(): void {
    this.#tab.thaw()
  }

  close(): void {
    tabs = tabs.filter((tab) => tab !== this)
    this.client.close()
  }

  /** Links that die with the tab, and wait with it. */
  #owned(transport: Transport): Transport {
    return {
      rung: transport.rung,
      open: (url, events) => {
        const link = transport.open(url, {
          opened: () => this.#tab.run(events.opened),
          received: (message) => this.#tab.run(() => events.received(message)),
          closed: (code, reason) => this.#tab.run(() => events.closed(code, reason)),
        })
        this.#links.push(link)
        return link
      },
    }
  }

  #clock() {
    return {
      ...clock,
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      soon: (run: () => void) => clock.soon(() => this.#tab.run(run)),
      after: (ms: number, run: () => void) => clock.after(ms, () => this.#tab.run(run)),
    }
  }
}

function openTabs(count: number): void {
  for (let index = 0; index < count; index++) new Tab().follow()
}

async function publish(...notes: string[]): Promise<void> {
  for (const note of notes) await hub.publish(first, 'note', note)
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`)
const leaderOf = () => {
  const name = network.links.find(({ isOpen }) => isOpen)?.client
  const leader = tabs.find((_, index) => name === `tab-${index + 1}`)
  if (!leader) throw new Error('nobody leads')
  return leader
}

describe('ten tabs', () => {
  test('have one link, one session and one subscription, and all of them are live', async () => {
    openTabs(10)
    await clock.pass(1_000)
    expect(tabs.map(({ isLive }) => isLive)).toEqual(tabs.map(() => true))
    expect(network.links).toHaveLength(1)
    expect(hub.counters).toMatchObject({ sessions: 1, subscriptions: 1 })
  })

  test('I2: each continues from its own position, and gets what follows once and in order', async () => {
    await publish(...numbers(1, 3))
    const old = await hub.snapshot(first)
    await publish(...numbers(4, 5))
    new Tab().follow()
    await clock.pass(1_000)
    new Tab().follow(old)
    new Tab().follow(await hub.snapshot(first))
    await publish('6')
    await clock.pass(1_000)
    await publish('7')
    await clock.pass(1_000)
    expect(tabs.map(({ state }) => state)).toEqual(tabs.map(() => numbers(1, 7)))
    expect(tabs.map(({ told }) => told.map(({ offset }) => offset))).toEqual([
      [6, 7],
      [4, 5, 6, 7],
      [6, 7],
    ])
    expect(network.links).toHaveLength(1)
  })

  test('a tab of an older version is outdated and asks again and again: the others stay live, and ask nothing', async () => {
    openTabs(9)
    await clock.pass(1_000)
    const old = new Tab()
    old.follow(first, Object.assign(room.bind(null), room, { version: '0' }))
    const seen = new Set<string>()
    for (const { subscription } of tabs.slice(0, 9)) subscription?.onChange(({ status }) => seen.add(status.state))
    await clock.pass(600_000)
    expect(old.subscription?.current.status).toMatchObject({ state: 'outdated', retryInMs: expect.any(Number) })
    expect(old.client.counters.subscribes).toBeGreaterThan(3)
    expect([...seen]).toEqual([])
    expect(tabs.map(({ client }) => client.counters.gaps)).toEqual(tabs.map(() => 0))
    await publish('1')
    await clock.pass(1_000)
    expect(tabs.map(({ state }) => state)).toEqual([...Array.from({ length: 9 }, () => ['1']), []])
    expect(network.links).toHaveLength(1)
  })

  test('I2: what only the answer to one tab brings is told to the others too', async () => {
    await publish('1')
    const page = await hub.snapshot(first)
    await publish('2')
    openTabs(2)
    // What the node has heard lately would be the answer, without a read.
    await clock.pass(10_000)
    whileReading = () => publish('3')
    new Tab().follow(page)
    await clock.pass(1_000)
    expect(whileReading).toBeUndefined()
    expect(tabs.map(({ state }) => state)).toEqual(tabs.map(() => numbers(1, 3)))
    expect(tabs.map(({ client }) => client.counters.gaps)).toEqual([0, 0, 0])
  })

  test('the leader answers the hub for all of them, and a node that stops is left by all of them', async () => {
    openTabs(3)
    await clock.pass(200_000)
    expect(tabs.map(({ isLive }) => isLive)).toEqual([true, true, true])
    expect(tabs.map(({ client }) => client.counters.subscribes)).toEqual([1, 1, 1])
    const drained = hub.drain({ spreadMs: 20_000, timeoutMs: 1_000 })
    await clock.pass(200)
    // Each waits as long as the hub asks for: nobody comes back at once to a node that is going.
    expect(tabs.map(({ client }) => client.status)).toEqual(
      tabs.map(() => expect.objectContaining({ state: 'waiting', attempt: 0 })),
    )
    await clock.pass(1_000)
    await drained
  })

  test('a page that needs a reset gets one, and the others keep what they have', async () => {
    openTabs(2)
    await clock.pass(1_000)
    await publish(...numbers(1, 2))
    await clock.pass(1_000)
    new Tab().follow({ ...(await hub.snapshot(first)), position: '1a.another.2.abcdef' } as never)
    await clock.pass(1_000)
    await publish('3')
    await clock.pass(1_000)
    expect(tabs.map(({ state }) => state)).toEqual(tabs.map(() => numbers(1, 3)))
    expect(tabs.map(({ client }) => client.counters.reset)).toEqual([1, 1, 1])
    expect(tabs.map(({ told }) => told.length)).toEqual([3, 3, 1])
  })

  test.each(['close', 'crash'] as const)(
    'I2: the leader may %s: the others go on through another and miss nothing',
    async (end) => {
      openTabs(10)
      await clock.pass(1_000)
      await publish('1')
      await clock.pass(1_000)
      const before = clock.elapsed()
      leaderOf()[end]()
      await publish(...numbers(2, 4))
      while (!tabs.every(({ state }) => state.length === 4)) await clock.pass(10)
      expect(clock.elapsed() - before).toBeLessThan(1_000)
      await clock.pass(1_000)
      await publish('5')
      await clock.pass(1_000)
      expect(tabs).toHaveLength(9)
      expect(tabs.map(({ told }) => told.map(({ payload }) => payload))).toEqual(tabs.map(() => numbers(1, 5)))
      expect(network.links).toHaveLength(1)
      expect(hub.counters).toMatchObject({ sessions: 1, subscriptions: 1 })
    },
  )

  test('a leader that freezes loses the lead, and follows when it thaws', async () => {
    openTabs(3)
    await clock.pass(1_000)
    const leader = leaderOf()
    leader.freeze()
    await publish('1')
    const others = tabs.filter((tab) => tab !== leader)
    const published = others.map(({ subscription }) => subscription?.publish('note', 'from a tab that follows'))
    await clock.pass(13_000)
    await Promise.all(published)
    expect(others.map(({ state }) => state.length)).toEqual([3, 3])
    leader.thaw()
    await clock.pass(2_000)
    await publish('2')
    await clock.pass(2_000)
    expect(tabs.map(({ state }) => [state.length, state.at(-1)])).toEqual(tabs.map(() => [4, '2']))
    expect(hub.counters.sessions).toBe(1)
  })

  test.each(['leads', 'follows'])(
    'a tab that %s wakes on a wire that was cut: all are live again within seconds, and miss nothing',
    async (which) => {
      openTabs(3)
      await clock.pass(1_000)
      network.links[0]?.silence(['to-client', 'to-hub'])
      await publish('1')
      const woken = which === 'leads' ? leaderOf() : tabs.find((tab) => tab !== leaderOf())
      for (let sign = 0; sign < 3; sign++) woken?.wake()
      await clock.pass(3_500)
      expect(woken?.state).toEqual(['1'])
      await clock.pass(1_000)
      expect(tabs.map(({ isLive, state }) => [isLive, ...state])).toEqual(tabs.map(() => [true, '1']))
      expect(tabs.map(({ told }) => told.length)).toEqual([1, 1, 1])
    },
  )

  test('a tab that opens while the leader is frozen takes the lead', async () => {
    openTabs(1)
    await clock.pass(1_000)
    tabs[0]?.freeze()
    const late = new Tab()
    late.follow()
    await clock.pass(3_000)
    expect(late.isLive).toBe(true)
  })

  test('a tab that follows wakes while its leader is frozen: it leads within seconds', async () => {
    openTabs(2)
    await clock.pass(1_000)
    const leader = leaderOf()
    const follower = tabs.find((tab) => tab !== leader)
    leader.freeze()
    await publish('1')
    follower?.wake()
    await clock.pass(4_000)
    expect(follower?.state).toEqual(['1'])
  })

  test('a tab that follows wakes on a wire that works: nobody moves', async () => {
    openTabs(3)
    await clock.pass(1_000)
    const [link] = network.links
    for (const tab of tabs) tab.wake()
    await clock.pass(5_000)
    expect(network.links).toEqual([link])
    expect(tabs.map(({ client }) => client.counters.subscribes)).toEqual([1, 1, 1])
  })

  test('a signal reaches all of them, and an answer whoever asked', async () => {
    openTabs(3)
    await clock.pass(1_000)
    const heard: unknown[] = []
    for (const { subscription } of tabs) subscription?.onSignal(({ payload }) => heard.push(payload))
    tabs[2]?.subscription?.signal('typing', 'Jihoon')
    const published = tabs[1]?.subscription?.publish('note', '안녕')
    await clock.pass(1_000)
    expect(heard).toEqual(['Jihoon', 'Jihoon', 'Jihoon'])
    expect((await published)?.position).toBe(tabs[0]?.subscription?.current.position)
    expect(tabs.map(({ state }) => state)).toEqual(tabs.map(() => ['안녕']))
  })

  test('I6: bytes are a Uint8Array in all of them, whoever sent them and however they came', async () => {
    const [image, other] = [Uint8Array.of(0, 10, 255), Uint8Array.of(34, 0)]
    await hub.publish(album(), 'picture', image)
    const page = await hub.snapshot(album())
    for (const reference of [album(), page, album()]) new Tab().follow(reference, album)
    await clock.pass(1_000)
    expect(network.links).toHaveLength(1)
    expect(tabs.map(({ state }) => state)).toStrictEqual(tabs.map(() => [image]))
    const heard: unknown[] = []
    for (const { subscription } of tabs) subscription?.onSignal(({ payload }) => heard.push(payload))
    const follower = tabs.find((tab) => tab !== leaderOf())?.subscription
    const published = follower?.publish('picture', Buffer.from(other))
    const answer = follower?.request('mirror', Uint8Array.of(1, ...image).subarray(1))
    follower?.signal('glance', other)
    await clock.pass(1_000)
    expect((await published)?.position).toBe(follower?.current.position)
    expect(tabs.map(({ state }) => state)).toStrictEqual(tabs.map(() => [image, other]))
    expect(tabs.map(({ told }) => told.map(({ payload }) => payload))).toStrictEqual(tabs.map(() => [other]))
    expect(heard).toStrictEqual([other, other, other])
    expect(await answer).toStrictEqual(Uint8Array.of(255, 10, 0))
  })

  test('follow a channel at the hub until the last of them lets go', async () => {
    openTabs(2)
    await clock.pass(1_000)
    const follower = tabs.find((tab) => tab !== leaderOf())
    const other = follower?.client.subscribe(room, room({ id: 2 }))
    await clock.pass(1_000)
    expect(hub.counters.subscriptions).toBe(2)
    other?.close()
    await clock.pass(1_000)
    expect(hub.counters.subscriptions).toBe(1)
    follower?.client.subscribe(room, room({ id: 3 }))
    await clock.pass(1_000)
    expect(hub.counters.subscriptions).toBe(2)
    follower?.crash()
    await clock.pass(1_000)
    expect(hub.counters).toMatchObject({ sessions: 1, subscriptions: 1 })
  })
})

describe('the allowance of each tab', () => {
  /** A tab that follows so many channels, of which no other tab follows one. */
  function openBusy(count: number): { tab: Tab; subscriptions: Subscription<TypesOf<typeof room>>[] } {
    const tab = new Tab()
    return { tab, subscriptions: followMore(tab, count) }
  }
  const followMore = (tab: Tab, count: number) =>
    numbers(1, count).map((id) => tab.client.subscribe(room, room({ id: `${tabs.indexOf(tab)}.${id}` })))
  const areLive = (...all: readonly Subscription<TypesOf<typeof room>>[][]) =>
    all.map((subscriptions) => subscriptions.filter(({ current }) => current.status.state === 'live').length)

  test('four tabs with 50 channels each are live: what does not fit on the shared link has links of its own', async () => {
    const busy = numbers(1, 4).map(() => openBusy(50).subscriptions)
    await clock.pass(10_000)
    expect(areLive(...busy)).toEqual([50, 50, 50, 50])
    expect(hub.counters.sessions).toBeGreaterThan(1)
  })

  test('a tab that leads gets room for its own channels: tabs that came last move', async () => {
    const first = openBusy(10)
    await clock.pass(1_000)
    const others = [openBusy(50), openBusy(60)]
    await clock.pass(1_000)
    expect(hub.counters.sessions).toBe(1)
    const more = numbers(11, 60).map((id) => first.tab.client.subscribe(room, room({ id: `0.${id}` })))
    await clock.pass(60_000)
    expect(areLive(first.subscriptions, more, ...others.map(({ subscriptions }) => subscriptions))).toEqual([
      10, 50, 50, 60,
    ])
  })

  test('a tab with more channels than a link takes says so, and follows them when it has let go of others', async () => {
    const { subscriptions, tab } = openBusy(130)
    await clock.pass(5_000)
    expect(areLive(subscriptions)).toEqual([128])
    const waiting = subscriptions.filter(({ current }) => current.status.state !== 'live')
    expect(waiting.map(({ current: { status } }) => [status.state, status.reason])).toEqual(
      waiting.map(() => ['waiting', 'too-many-subscriptions']),
    )
    expect(waiting[0]?.current.status.retryInMs).toBeGreaterThan(0)
    for (const subscription of subscriptions.slice(0, 5)) subscription.close()
    await clock.pass(60_000)
    expect(areLive(subscriptions.slice(5))).toEqual([125])
    expect(tab.client.status.state).toBe('live')
  })
})

describe('who speaks', () => {
  test('I8: a tab of somebody else has a link of its own, and publishes as itself', async () => {
    new Tab('minji').follow()
    await clock.pass(1_000)
    new Tab('seojun').follow()
    new Tab('minji').follow()
    await clock.pass(1_000)
    expect(tabs.map(({ isLive }) => isLive)).toEqual([true, true, true])
    expect(hub.counters.sessions).toBe(2)
    for (const { subscription } of tabs) subscription?.publish('note', 'hello')
    await clock.pass(1_000)
    expect(tabs[0]?.told.map(({ by }) => by).sort()).toEqual(['minji', 'minji', 'seojun'])
    expect(tabs[1]?.told).toEqual(tabs[0]?.told)
  })

  test('I5: what a guest has sent through a leader that died is taken once through the next', async () => {
    openTabs(3)
    await clock.pass(1_000)
    const leader = leaderOf()
    const follower = tabs.find((tab) => tab !== leader)
    const [link] = network.links
    // The hub takes it, and its answer never arrives.
    link?.silence(['to-client'])
    const published = follower?.subscription?.publish('note', 'once')
    await clock.pass(500)
    expect(hub.counters.published).toBe(1)
    leader.crash()
    await clock.pass(2_000)
    await expect(published).resolves.toMatchObject({ position: expect.any(String) })
    expect(hub.counters.published).toBe(1)
    expect(tabs.map(({ state }) => state)).toEqual([['once'], ['once']])
  })
})

test.each(numbers(1, 40))(
  'tabs come, go, crash and freeze, and nobody misses or doubles anything (seed %s)',
  async (seed) => {
    setUp(seed)
    let published = 0
    const frozen: Tab[] = []
    for (let step = 0; step < 60; step++) {
      const act = randomness.integer(0, 9)
      if (tabs.length < 2 || act <= 1) {
        const tab = new Tab()
        tab.follow(randomness.chance(0.5) ? first : ((await hub.snapshot(first)) as never))
      } else if (act === 2) randomness.pick(tabs).close()
      else if (act === 3) randomness.pick(tabs).crash()
      else if (act === 4 && frozen.length === 0) {
        const tab = randomness.pick(tabs)
        tab.freeze()
        frozen.push(tab)
      } else if (act === 5) frozen.pop()?.thaw()
      else await publish(`${++published}`)
      await clock.pass(randomness.integer(0, 400))
    }
    frozen.pop()?.thaw()
    await clock.pass(60_000)
    await publish(`${++published}`)
    await clock.pass(5_000)
    for (const tab of tabs) {
      expect(tab.state).toEqual(numbers(1, published))
      const offsets = tab.told.map(({ offset }) => offset)
      expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b))
    }
    expect(hub.counters.sessions).toBe(tabs.length > 0 ? 1 : 0)
  },
)

test('where a browser has no Web Locks or no BroadcastChannel, each tab has its own link', () => {
  const transport: Transport = { rung: 'websocket', open: () => ({ send() {}, close() {} }) }
  const { locks, BroadcastChannel } = browser.open()
  const parts = { clock, randomness }
  expect(createSharedTransport(transport, { ...parts, BroadcastChannel })).toBe(transport)
  vi.stubGlobal('BroadcastChannel', undefined)
  expect(createSharedTransport(transport, { ...parts, locks })).toBe(transport)
  vi.unstubAllGlobals()
  expect(createSharedTransport(transport, { ...parts, locks, BroadcastChannel })).not.toBe(transport)
})

describe('a browser facility that exists and refuses counts as absent', () => {
  const { locks, BroadcastChannel } = new FakeBrowser(createFakeClock()).open()
  const refusing: Pick<LockManager, 'request'> = {
    request: () => Promise.reject(new DOMException('', 'SecurityError')),
  }
  const throwing: Pick<LockManager, 'request'> = {
    request: () => {
      throw new DOMException('', 'SecurityError')
    },
  }
  class Forbidden {
    constructor() {
      throw new DOMException('', 'SecurityError')
    }
  }
  test.each([
    ['locks.request rejects', refusing, BroadcastChannel],
    ['locks.request throws', throwing, BroadcastChannel],
    ['the constructor of BroadcastChannel throws', locks, Forbidden as unknown as typeof globalThis.BroadcastChannel],
  ])('%s: the tab has its own link, and does not storm', async (_, given, Channel) => {
    const opened = vi.fn()
    const transport: Transport = {
      rung: 'websocket',
      open(url, events) {
        opened()
        return network.transport('alone').open(url, events)
      },
    }
    const shared = createSharedTransport(transport, { clock, randomness, locks: given, BroadcastChannel: Channel })
    const client = createClient({ url: 'https://shop.example/baro', transport: shared, clock, randomness, log: quiet })
    const subscription = client.subscribe(room, first)
    await clock.pass(60_000)
    expect(subscription.current.status.state).toBe('live')
    expect(shared.isShared).toBe(false)
    expect(opened).toHaveBeenCalledOnce()
    client.close()
  })
})

test('I5: what the hub calls the life of the claims reaches all tabs, for one secret of all', async () => {
  const { locks, BroadcastChannel } = browser.open()
  const follower = browser.open()
  let tell: ((message: ServerMessage) => void) | undefined
  const transport: Transport = {
    rung: 'websocket',
    open(_url, events) {
      tell = events.received
      clock.after(0, events.opened)
      return { send() {}, close() {} }
    },
  }
  const heard: string[][] = []
  const parts = { clock, randomness, identify: async () => ({}) }
  const open = (tab: { locks: Pick<LockManager, 'request'>; BroadcastChannel: typeof globalThis.BroadcastChannel }) => {
    const own: string[] = []
    heard.push(own)
    const link = createSharedTransport(transport, { ...parts, ...tab }).open('https://shop.example/baro', {
      opened: () => link.send({ type: 'baro:connect', payload: { protocol: 1, client: 'ours' } }),
      received: ({ type, payload }) => 'claimsEpoch' in payload && own.push(`${type} ${payload.claimsEpoch}`),
      closed() {},
    })
  }
  open({ locks, BroadcastChannel })
  await clock.pass(100)
  const terms = { session: 's', heartbeatIntervalMs: 25_000, maxMessageBytes: 1_000, publishWindowMs: 1_000 }
  tell?.({ type: 'baro:connected', payload: { ...terms, claimsEpoch: 'c1' } })
  open(follower)
  await clock.pass(100)
  open(browser.open())
  await clock.pass(100)
  // Under another secret, too, the claims would be in another life.
  expect(heard).toEqual([['baro:connected c1ours'], ['baro:connected c1ours'], ['baro:connected c1ours']])
})

test.each([
  ['is taken up if it is who the leader speaks for', 'user1', ['baro:connected']],
  ['has a link of its own if it is somebody else', 'user2', ['baro:drain']],
])('I8: a tab asks the hub by a request of its own who it is, and %s', async (_, user, expected) => {
  const terms = { session: 's', heartbeatIntervalMs: 25_000, maxMessageBytes: 1_000, publishWindowMs: 1_000 }
  const connected = (of: string) =>
    ({ type: 'baro:connected', payload: { ...terms, claimsEpoch: 'c1', user: of } }) as ServerMessage
  const asked: string[] = []
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url)
    return new Response(JSON.stringify({ messages: [connected(user)] }))
  })
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
  const transport: Transport = {
    rung: 'websocket',
    open(_url, events) {
      clock.after(0, events.opened)
      return { send: ({ type }) => type === 'baro:connect' && events.received(connected('user1')), close() {} }
    },
  }
  const open = (tab: { locks: Pick<LockManager, 'request'>; BroadcastChannel: typeof globalThis.BroadcastChannel }) => {
    const heard: string[] = []
    const link = createSharedTransport(transport, { clock, randomness, ...tab }).open('https://shop.example/baro', {
      opened: () => link.send({ type: 'baro:connect', payload: { protocol: 1, client: 'ours' } }),
      received: ({ type }) => heard.push(type),
      closed() {},
    })
    return heard
  }
  open(browser.open())
  await clock.pass(100)
  const heard = open(browser.open())
  await vi.waitFor(async () => {
    await clock.pass(10)
    expect(heard).toEqual(expected)
  }, patience)
  expect(asked).toEqual(['https://shop.example/baro/connect?wait=0'])
})

describe('I8: a token in each tab', () => {
  const untilLater = (user: string, lastsMs: number) => () => `${user} ${clock.now() + lastsMs}`

  test('is renewed by each for itself, and nobody notices', async () => {
    const lives = [60_000, 90_000, 120_000]
    for (const lastsMs of lives) new Tab(untilLater('ada', lastsMs)).follow(await hub.snapshot(first))
    await clock.pass(2_000)
    const states: string[] = []
    for (const { client } of tabs) client.onStatus(({ state }) => states.push(state))
    for (let minute = 0; minute < 10; minute++) {
      await hub.publish(first, 'note', `minute ${minute}`)
      await clock.pass(60_000)
    }
    expect(tabs.map(({ told }) => told.length)).toEqual([10, 10, 10])
    expect([network.links.length, new Set(states)]).toEqual([1, new Set()])
  })

  test('that is not renewed ends with its tab alone, which goes on when there is one', async () => {
    let isAway = false
    const other = new Tab(untilLater('ada', 60_000))
    other.follow(await hub.snapshot(first))
    await clock.pass(2_000)
    const tab = new Tab(() => (isAway ? undefined : untilLater('ada', 60_000)()))
    tab.follow(await hub.snapshot(first))
    await clock.pass(2_000)
    isAway = true
    await clock.pass(120_000)
    expect([other.isLive, tab.client.status.state]).toEqual([true, 'needs-auth'])
    await hub.publish(first, 'note', 'a')
    isAway = false
    await clock.pass(60_000)
    expect([other.isLive, tab.isLive]).toEqual([true, true])
    expect(tabs.map(({ told }) => told.map(({ payload }) => payload))).toEqual([['a'], ['a']])
  })

  test('of somebody else gives its tab a link of its own', async () => {
    let user = 'ada'
    const users: unknown[] = []
    hub.on('connected', (session) => users.push(session.user?.id))
    const other = new Tab(untilLater('ada', 60_000))
    other.follow(await hub.snapshot(first))
    await clock.pass(2_000)
    const tab = new Tab(() => untilLater(user, 60_000)())
    tab.follow(await hub.snapshot(first))
    await clock.pass(2_000)
    expect(network.links).toHaveLength(1)
    user = 'grace'
    await clock.pass(60_000)
    expect([other.isLive, tab.isLive]).toEqual([true, true])
    expect(users).toEqual(['ada', 'grace'])
  })
})
