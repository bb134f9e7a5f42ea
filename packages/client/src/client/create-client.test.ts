import { channel, type Publication } from '@baro/core'
import { closeCodes } from '@baro/core/protocol'
import { describe, expect, it, vi } from 'vitest'
import { at, chat, lobby, message, messages, pageAt, texts } from '../../test/chat.ts'
import { Rig, terms } from '../../test/rig.ts'
import type { Status } from '../connection/status.ts'
import { createWebSocketTransport } from '../transports/websocket.ts'

/** A client that follows the lobby live, from a page at an offset. */
function live(offset = 3, options: ConstructorParameters<typeof Rig>[0] = {}) {
  const rig = new Rig(options)
  const subscription = rig.client.subscribe(chat, pageAt(offset))
  rig.connect()
  rig.recover()
  return { rig, subscription }
}
function told(subscription: ReturnType<typeof live>['subscription']): Publication[] {
  const publications: Publication[] = []
  subscription.onPublication((publication) => publications.push(publication as Publication))
  return publications
}

describe('a first visit', () => {
  it('opens nothing until something is subscribed to', () => {
    const rig = new Rig()
    rig.clock.advance(60_000)
    expect(rig.links).toEqual([])
    expect(rig.client.status).toEqual({ state: 'idle', attempt: 0, rung: null })
  })

  it('shows the page at once, and connects', () => {
    const rig = new Rig()
    const subscription = rig.client.subscribe(chat, pageAt(3))
    expect(subscription.current).toMatchObject({
      state: texts(1, 3),
      position: at(3),
      handOver: undefined,
      status: { state: 'connecting', attempt: 1, rung: 'websocket' },
    })
    expect(rig.link.url).toBe('/baro')
  })

  it('says hello and subscribes in one go, without waiting for the answer', () => {
    const rig = new Rig({ token: undefined } as never)
    rig.client.subscribe(chat, pageAt(3))
    rig.link.open()
    expect(rig.link.sent).toEqual([
      { type: 'baro:connect', payload: { protocol: 1, client: expect.stringMatching(/^[\w-]{16}$/) } },
      { type: 'baro:subscribe', payload: { channel: 'chat:lobby', attempt: 1, position: at(3), version: '1' } },
    ])
  })

  it('goes live from exactly the position of the page, and proves it', () => {
    const { rig, subscription } = live(41)
    expect(subscription.current.status).toEqual(rig.client.status)
    expect(subscription.current.status).toMatchObject({ state: 'live', attempt: 0, rung: 'websocket' })
    rig.deliver(41, messages(42, 43))
    expect(subscription.current.state).toEqual(texts(1, 43))
    expect(subscription.current.handOver).toMatchObject({
      rendered: 41,
      outcome: 'recovered',
      resumedAt: 41,
      firstLive: 42,
      missing: 0,
    })
  })

  it('goes live where offsets are sparse and a position moves alone, and misses nothing', () => {
    const { rig, subscription } = live(41)
    const deliver = (follows: number, position: number, ...offsets: number[]) =>
      rig.link.tell({
        type: 'baro:publications',
        payload: {
          channel: lobby.channel,
          follows: at(follows),
          position: at(position),
          publications: offsets.map((offset) => message(offset)),
        },
      })
    deliver(41, 50)
    expect(subscription.current).toMatchObject({ position: at(50), handOver: { resumedAt: 41, missing: 0 } })
    deliver(50, 70, 55, 63)
    expect(subscription.current.state).toEqual([...texts(1, 41), 'm55', 'm63'])
    expect(subscription.current).toMatchObject({ position: at(70), handOver: { firstLive: 55, missing: 0 } })
    expect(rig.client.counters.gaps).toBe(0)
  })

  it('without a snapshot asks without a position and is given one', () => {
    const rig = new Rig()
    const subscription = rig.client.subscribe(chat, lobby)
    rig.connect()
    expect(rig.link.lastOf('baro:subscribe')).not.toHaveProperty('position')
    rig.reset(at(5), texts(1, 5))
    expect(subscription.current).toMatchObject({ state: texts(1, 5), position: at(5) })
    expect(subscription.current.handOver).toMatchObject({ outcome: 'reset', reason: 'none', resumedAt: 5 })
  })

  it('of a page that was built without a hub shows its value, asks, and is reset', () => {
    const rig = new Rig()
    const subscription = rig.client.subscribe(chat, { ...pageAt(3), position: 'none' })
    expect(subscription.current.state).toEqual(texts(1, 3))
    rig.connect()
    expect(rig.link.lastOf('baro:subscribe').position).toBe('none')
    rig.reset(at(5), texts(1, 5))
    expect(subscription.current.state).toEqual(texts(1, 5))
  })

  it('of a page of another version shows its value and asks without a position', () => {
    const rig = new Rig()
    const subscription = rig.client.subscribe(chat, pageAt(3, { version: '0' }))
    expect(subscription.current.state).toEqual(texts(1, 3))
    rig.connect()
    expect(rig.link.lastOf('baro:subscribe')).not.toHaveProperty('position')
  })
})

describe('I1, I2: publications', () => {
  it('are told once each, in order, after the state has them', () => {
    const { rig, subscription } = live()
    const seen: unknown[] = []
    subscription.onPublication(({ offset }) => seen.push([offset, subscription.current.state.length]))
    rig.deliver(3, messages(4, 5))
    rig.deliver(5, messages(6, 6))
    expect(seen).toEqual([
      [4, 5],
      [5, 5],
      [6, 6],
    ])
  })

  it('that come again are suppressed, and counted', () => {
    const { rig, subscription } = live()
    const seen = told(subscription)
    rig.deliver(3, messages(4, 5))
    rig.deliver(3, messages(4, 5))
    rig.deliver(4, messages(5, 5))
    expect(subscription.current.state).toEqual(texts(1, 5))
    expect(seen).toEqual(messages(4, 5))
    expect(rig.client.counters.suppressed).toBe(2)
  })

  it('after a gap are asked for again, from where the client stands', () => {
    const { rig, subscription } = live()
    const seen = told(subscription)
    rig.deliver(5, messages(6, 6))
    expect(subscription.current.state).toEqual(texts(1, 3))
    expect(rig.link.lastOf('baro:subscribe')).toMatchObject({ attempt: 2, position: at(3) })
    rig.deliver(6, messages(7, 7))
    rig.recover(messages(4, 7))
    rig.deliver(7, messages(8, 8))
    expect(subscription.current.state).toEqual(texts(1, 8))
    expect(seen).toEqual(messages(4, 8))
    expect(rig.client.counters.gaps).toBe(1)
  })

  it('that a reset jumped over are not told one by one', () => {
    const { rig, subscription } = live()
    const seen = told(subscription)
    rig.reset(at(9), texts(1, 9), 'trimmed')
    rig.deliver(9, messages(10, 10))
    expect(subscription.current.state).toEqual(texts(1, 10))
    expect(seen).toEqual(messages(10, 10))
  })

  it('whose reducer throws are skipped and logged, once', () => {
    const { rig, subscription } = live()
    rig.deliver(3, [{ type: 'broken', payload: null, offset: 4, id: 'id-000004', time: 0 }, message(5)])
    rig.deliver(5, messages(6, 6))
    expect(subscription.current.state).toEqual([...texts(1, 3), 'm5', 'm6'])
    expect(rig.logged).toEqual([
      '"broken" 4 of chat:lobby is skipped, its reducer threw: Error: this reducer always throws',
    ])
  })

  it('change the view, and nothing else does', () => {
    const { rig, subscription } = live()
    const before = subscription.current
    const changes: unknown[] = []
    subscription.onChange((view) => changes.push(view))
    rig.link.tell({ type: 'baro:heartbeat', payload: {} })
    rig.deliver(3, [])
    expect(changes).toEqual([])
    expect(subscription.current).toBe(before)
    rig.deliver(3, messages(4, 5))
    expect(changes).toEqual([subscription.current])
    expect(subscription.current.status).toBe(before.status)
    expect(subscription.current.pending).toBe(before.pending)
  })
})

describe('a dropped connection', () => {
  it('comes back after a wait that says how long it is, and recovers from where it stands', () => {
    const { rig, subscription } = live()
    const seen = told(subscription)
    rig.deliver(3, messages(4, 5))
    rig.link.drop()
    const { status } = subscription.current
    expect(status).toMatchObject({ state: 'waiting', attempt: 0, rung: null, reason: '1006 ' })
    expect(status.retryInMs).toBeLessThanOrEqual(1_000)
    rig.clock.advance((status.retryInMs ?? 0) - 1)
    expect(rig.links).toHaveLength(1)
    rig.clock.advance(1)
    rig.connect()
    expect(rig.link.lastOf('baro:subscribe')).toMatchObject({ attempt: 2, position: at(5) })
    rig.recover(messages(6, 8))
    expect(subscription.current).toMatchObject({ state: texts(1, 8), status: { state: 'live' } })
    expect(seen).toEqual(messages(4, 8))
    expect(subscription.current.handOver).toMatchObject({ rendered: 3, resumedAt: 5, recovered: 3, missing: 0 })
  })

  it.each([
    ['somebody looks', 8_000, 10_000],
    ['nobody looks', 10_000, 30_000],
  ])('waits differently each time, and longer with each failure, while %s', (who, above, most) => {
    const { rig } = live()
    if (who === 'nobody looks') rig.wake?.unseen()
    const waits: number[] = []
    for (const _ of Array.from({ length: 12 })) {
      rig.link.drop()
      waits.push(rig.client.status.retryInMs ?? 0)
      rig.clock.advance(30_000)
    }
    expect(new Set(waits).size).toBe(waits.length)
    expect(Math.max(...waits)).toBeGreaterThan(above)
    expect(Math.max(...waits)).toBeLessThanOrEqual(most)
  })

  it('ignores what the old link still says', () => {
    const { rig, subscription } = live()
    const [old] = rig.links
    rig.client.reconnect()
    expect(old?.isClosed).toBe(true)
    old?.tell({
      type: 'baro:publications',
      payload: { channel: lobby.channel, follows: at(3), position: at(4), publications: messages(4, 4) },
    })
    old?.drop(closeCodes['wrong-protocol'])
    expect(subscription.current.state).toEqual(texts(1, 3))
    expect(rig.client.status.state).toBe('connecting')
    rig.connect()
    rig.recover()
    old?.tell({
      type: 'baro:publications',
      payload: { channel: lobby.channel, follows: at(3), position: at(4), publications: messages(4, 4) },
    })
    expect(subscription.current.state).toEqual(texts(1, 3))
  })

  it('after a drain comes back when the node said', () => {
    const { rig, subscription } = live()
    rig.deliver(3, messages(4, 4))
    rig.link.tell({ type: 'baro:drain', payload: { reconnectInMs: 7_000 } })
    rig.link.drop(closeCodes.drain, 'this node stops; come back')
    expect(rig.client.status).toMatchObject({ state: 'waiting', retryInMs: 7_000, reason: 'drain' })
    rig.clock.advance(6_999)
    expect(rig.links).toHaveLength(1)
    rig.clock.advance(1)
    rig.connect()
    rig.recover()
    expect(rig.link.lastOf('baro:subscribe').position).toBe(at(4))
    expect(subscription.current.state).toEqual(texts(1, 4))
  })

  it('after a final close gives up, until it is told to start again', () => {
    const { rig, subscription } = live()
    rig.link.drop(closeCodes.unauthenticated, 'Sign in again.')
    expect(subscription.current.status).toMatchObject({ state: 'gave-up', reason: '4501 Sign in again.' })
    rig.wake?.woke()
    rig.clock.advance(600_000)
    expect(rig.links).toHaveLength(1)
    rig.client.reconnect()
    rig.connect()
    rig.recover()
    expect(subscription.current.status.state).toBe('live')
  })

  it('gives up after maxAttempts, and starts anew with reconnect', () => {
    const rig = new Rig({ maxAttempts: 3 })
    rig.client.subscribe(chat, pageAt(3))
    for (const _ of [1, 2, 3]) {
      rig.link.drop()
      rig.clock.advance(30_000)
    }
    expect(rig.links).toHaveLength(3)
    expect(rig.client.status).toMatchObject({ state: 'gave-up', reason: 'max-attempts' })
    rig.client.reconnect()
    expect(rig.client.status).toMatchObject({ state: 'connecting', attempt: 1 })
  })

  it('that is open at this end only is found by its silence', () => {
    const { rig } = live()
    rig.clock.advance(49_999)
    rig.link.tell({ type: 'baro:heartbeat', payload: {} })
    expect(rig.link.lastOf('baro:heartbeat')).toEqual({})
    rig.clock.advance(49_999)
    expect(rig.client.status.state).toBe('live')
    rig.clock.advance(1)
    expect(rig.client.status).toMatchObject({ state: 'waiting', reason: 'silent' })
    expect(rig.links[0]?.isClosed).toBe(true)
  })

  it.each(['link', 'answer'])('gives up on a %s that does not come', (missing) => {
    const rig = new Rig({ handshakeTimeoutMs: 5_000 })
    rig.client.subscribe(chat, pageAt(3))
    if (missing === 'answer') rig.link.open()
    rig.clock.advance(4_999)
    expect(rig.client.status.state).toBe('connecting')
    rig.clock.advance(1)
    expect(rig.client.status).toMatchObject({ state: 'waiting', reason: 'no-answer' })
  })

  it('tells the channels and everybody who listens', () => {
    const { rig } = live()
    const states: Status['state'][] = []
    const stop = rig.client.onStatus(({ state }) => states.push(state))
    rig.link.drop()
    rig.reconnect()
    stop()
    rig.link.drop()
    expect(states).toEqual(['waiting', 'connecting', 'live'])
  })
})

describe('waking up', () => {
  it('comes back at once instead of waiting', () => {
    const { rig } = live()
    rig.link.drop()
    rig.wake?.woke()
    expect(rig.links).toHaveLength(2)
  })

  it('lets go of the link of a page that is put away, and comes back with it', () => {
    const { rig, subscription } = live()
    rig.wake?.hidden()
    expect(rig.links[0]?.isClosed).toBe(true)
    rig.clock.advance(600_000)
    expect(rig.links).toHaveLength(1)
    rig.wake?.woke()
    rig.connect()
    rig.recover(messages(4, 6))
    expect(subscription.current.state).toEqual(texts(1, 6))
  })

  it.each([
    ['sse', false, true],
    ['long-poll', false, true],
    ['websocket', false, false],
    ['poll', false, false],
    ['sse', true, false],
  ] as const)('a page nobody looks at, over %s, shared: %s, lets go of its link: %s', (rung, isShared, isClosed) => {
    const { rig, subscription } = live()
    Object.assign(rig.transport, { rung, isShared })
    rig.wake?.unseen()
    expect(rig.link.isClosed).toBe(isClosed)
    if (!isClosed) return
    rig.wake?.woke()
    rig.connect()
    rig.recover(messages(4, 6))
    expect(subscription.current.state).toEqual(texts(1, 6))
  })

  it('without a network it says so, tries nothing, and comes back at once when there is one', () => {
    const { rig, subscription } = live()
    const told: string[] = []
    subscription.onChange(({ status }) => told.push(`${status.state} ${status.reason}`))
    rig.wake?.offline()
    expect(subscription.current.status).toMatchObject({ state: 'waiting', reason: 'offline' })
    rig.clock.advance(3_000)
    expect(rig.link.isClosed).toBe(true)
    rig.clock.advance(3_600_000)
    expect(rig.links).toHaveLength(1)
    expect(rig.client.status.retryInMs).toBeUndefined()
    rig.wake?.woke()
    rig.connect()
    rig.recover(messages(4, 6))
    expect(subscription.current).toMatchObject({ state: texts(1, 6), status: { state: 'live' } })
    expect(told[0]).toBe('waiting offline')
  })

  it('without a network an application may try all the same: there are some that it does not need', () => {
    const { rig, subscription } = live()
    rig.wake?.offline()
    rig.clock.advance(3_000)
    rig.client.reconnect()
    rig.connect()
    rig.recover()
    expect(subscription.current.status.state).toBe('live')
  })

  it('closed without a network, and begun again with one, tries again where a link breaks', () => {
    const { rig } = live()
    rig.wake?.offline()
    rig.client.close()
    rig.client.reconnect()
    rig.connect()
    rig.link.drop()
    expect(rig.client.status).toMatchObject({ state: 'waiting', retryInMs: expect.any(Number) })
  })

  it('a machine that has slept probes its link, without any sign of the page', () => {
    const { rig } = live()
    rig.clock.jump(3_600_000)
    rig.clock.advance(5_000)
    expect(rig.link.lastOf('baro:heartbeat')).toEqual({ probe: true })
    rig.clock.advance(3_000)
    expect(rig.links).toHaveLength(2)
  })

  it('leaves no clock running behind a closed link', () => {
    const { rig } = live()
    rig.client.close()
    rig.clock.advance(60_000)
    expect(rig.clock.pending).toBe(0)
  })

  it('leaves a connection that works alone', () => {
    const { rig } = live()
    rig.wake?.woke()
    expect(rig.links).toHaveLength(1)
    expect(rig.link.isClosed).toBe(false)
  })

  it('listens while there is something to wake up for', () => {
    const rig = new Rig()
    expect(rig.wake).toBeUndefined()
    rig.client.subscribe(chat, lobby)
    expect(rig.wake).toBeDefined()
    rig.client.close()
    expect(rig.wake).toBeUndefined()
  })
})

describe('tokens', () => {
  it('are asked for again with every connection', async () => {
    const tokens = ['first', 'second']
    const rig = new Rig({ token: async () => tokens.shift() })
    rig.client.subscribe(chat, pageAt(3))
    rig.link.open()
    await rig.clock.pass(0)
    expect(rig.link.lastOf('baro:connect').token).toBe('first')
    rig.link.drop()
    rig.clock.advance(30_000)
    rig.link.open()
    await rig.clock.pass(0)
    expect(rig.link.lastOf('baro:connect').token).toBe('second')
  })

  it('that cannot be had make the client try again', async () => {
    const rig = new Rig({ token: () => Promise.reject(new Error('the session is away')) })
    rig.client.subscribe(chat, pageAt(3))
    rig.link.open()
    await rig.clock.pass(0)
    expect(rig.link.sent).toEqual([])
    expect(rig.client.status).toMatchObject({ state: 'needs-auth', reason: 'no-token', retryInMs: expect.any(Number) })
    expect(rig.logged).toEqual([expect.stringContaining('the session is away')])
  })

  it('that come after their link has gone are not used', async () => {
    let give: (token: string) => void = () => {}
    const rig = new Rig({ token: () => new Promise((resolve) => (give = resolve)) })
    rig.client.subscribe(chat, pageAt(3))
    rig.link.open()
    await rig.clock.pass(0)
    const [first] = rig.links
    const late = give
    first?.drop()
    rig.clock.advance(30_000)
    rig.link.open()
    late('late')
    await rig.clock.pass(0)
    expect(first?.sent).toEqual([])
    expect(rig.link.sent).toEqual([])
  })
})

describe('a token that expires', () => {
  /** A client whose tokens last for a minute; `tokens` are those that it is given, one after the other. */
  async function withTokens(...tokens: (string | undefined | Error)[]) {
    const token = async () => {
      const next = tokens.shift()
      if (next instanceof Error) throw next
      return next
    }
    const rig = new Rig({ token })
    const statuses: string[] = []
    rig.client.onStatus(({ state }) => statuses.push(state))
    const subscription = rig.client.subscribe(chat, pageAt(3))
    const comeBack = async () => {
      rig.link.open()
      await rig.clock.pass(0)
      if (!rig.link.sent[0]) return
      rig.link.tell({ type: 'baro:connected', payload: { ...terms, heartbeatIntervalMs: 1e9, expiresInMs: 60_000 } })
      rig.recover()
    }
    await comeBack()
    const refreshes = () => rig.link.sentOf('baro:refresh').map((payload) => payload.token)
    const refreshed = () => rig.link.tell({ type: 'baro:refreshed', payload: { expiresInMs: 60_000 } })
    return { rig, tokens, statuses, subscription, refreshes, refreshed, comeBack }
  }

  it('is renewed before it expires, on the same link and without a word to the page', async () => {
    const { rig, statuses, refreshes, refreshed } = await withTokens('1', '2', '3')
    await rig.clock.pass(47_999)
    expect(refreshes()).toEqual([])
    await rig.clock.pass(1)
    expect(refreshes()).toEqual(['2'])
    refreshed()
    await rig.clock.pass(47_999)
    expect(refreshes()).toEqual(['2'])
    await rig.clock.pass(1)
    expect(refreshes()).toEqual(['2', '3'])
    expect([rig.links.length, new Set(statuses)]).toEqual([1, new Set(['connecting', 'live'])])
  })

  it.each([
    [600, 300],
    [2_000, 1_000],
    [8_000, 4_000],
    [20_000, 15_000],
    [100_000, 80_000],
  ])(
    'of %i ms is renewed after %i: what is left is for the issuer and the hub to answer',
    async (expiresInMs, afterMs) => {
      const { rig, refreshes } = await withTokens('1', '2')
      rig.link.tell({ type: 'baro:refreshed', payload: { expiresInMs } })
      await rig.clock.pass(afterMs - 1)
      expect(refreshes()).toEqual([])
      await rig.clock.pass(1)
      expect(refreshes()).toEqual(['2'])
    },
  )

  it('is asked for again and again while there is none, then the status says so, until there is one', async () => {
    const { rig, tokens, statuses, subscription, refreshes, comeBack } = await withTokens(
      '1',
      new Error('away'),
      undefined,
    )
    await rig.clock.pass(59_999)
    expect(refreshes()).toEqual([])
    await rig.clock.pass(1)
    expect(rig.client.status).toMatchObject({ state: 'needs-auth', reason: 'no-token' })
    expect(subscription.current.state).toEqual(texts(1, 3))
    for (let tries = 0; tries < 3; tries++) {
      await rig.clock.pass(rig.client.status.retryInMs ?? 0)
      await comeBack()
    }
    expect(rig.link.sent).toEqual([])
    tokens.push('2')
    await rig.clock.pass(rig.client.status.retryInMs ?? 0)
    await comeBack()
    expect(rig.link.lastOf('baro:connect').token).toBe('2')
    expect(rig.link.lastOf('baro:subscribe').position).toBe(at(3))
    expect(statuses.filter((state, index) => state !== statuses[index - 1])).toEqual([
      'connecting',
      'live',
      'needs-auth',
      'live',
    ])
  })

  it('makes nobody a guest: that takes `reconnect`', async () => {
    const { rig, comeBack } = await withTokens('1')
    rig.link.drop(closeCodes.expired, 'The token has expired.')
    await rig.clock.pass(rig.client.status.retryInMs ?? 0)
    await comeBack()
    expect(rig.client.status.state).toBe('needs-auth')
    rig.client.reconnect()
    await comeBack()
    expect(rig.link.lastOf('baro:connect')).not.toHaveProperty('token')
    expect(rig.client.status.state).toBe('live')
  })

  it('is not renewed on a link that is gone, nor for a client that has no tokens', async () => {
    const { rig } = await withTokens('1', '2')
    rig.client.close()
    await rig.clock.pass(120_000)
    expect(rig.link.sentOf('baro:refresh')).toEqual([])
    const guest = new Rig()
    guest.client.subscribe(chat, pageAt(3))
    guest.connect({ expiresInMs: 1_000 } as never)
    await guest.clock.pass(10_000)
    expect(guest.link.sentOf('baro:refresh')).toEqual([])
  })

  it('may last longer than a timer can wait', async () => {
    const rig = new Rig({ token: 'forever' })
    rig.client.subscribe(chat, pageAt(3))
    rig.link.open()
    await rig.clock.pass(0)
    rig.link.tell({ type: 'baro:connected', payload: { ...terms, heartbeatIntervalMs: 1e12, expiresInMs: 1e12 } })
    expect(rig.clock.nextInMs).toBeLessThan(2 ** 31)
    await rig.clock.pass(60_000)
    expect(rig.link.sentOf('baro:refresh')).toEqual([])
  })

  it('I5: of somebody else does not send again what the one before has sent', async () => {
    const { rig, subscription } = await withTokens('1', '2')
    const outcome = subscription.publish('message', { text: 'hi' }).catch(({ code }) => code)
    expect(rig.link.sentOf('baro:publish')).toHaveLength(1)
    rig.link.drop()
    await rig.clock.pass(rig.client.status.retryInMs ?? 0)
    rig.link.open()
    await rig.clock.pass(0)
    rig.link.tell({ type: 'baro:connected', payload: { ...terms, user: 'grace' } as never })
    expect(await outcome).toBe('unknown-outcome')
    expect(rig.link.sentOf('baro:publish')).toEqual([])
  })

  it.each([
    ['of somebody else sends nothing that was made before as somebody else', false, ['unauthenticated', 'sent']],
    [
      'of somebody else sends what was made since the application began anew',
      true,
      ['unauthenticated', 'sent', 'sent'],
    ],
  ])('I8: %s', async (_, isAnew, outcomes) => {
    const { rig, subscription } = await withTokens('1', '2')
    const outcome = (published: Promise<unknown>) =>
      published.then(
        () => 'sent',
        ({ code }) => code,
      )
    rig.link.drop()
    const made = [outcome(subscription.publish('message', { text: 'as ada' }))]
    if (isAnew) {
      rig.client.reconnect()
      made.push(outcome(subscription.publish('message', { text: 'as whoever it is' })))
    } else await rig.clock.pass(rig.client.status.retryInMs ?? 0)
    rig.link.open()
    await rig.clock.pass(0)
    rig.link.tell({ type: 'baro:connected', payload: { ...terms, user: 'grace' } as never })
    made.push(outcome(subscription.publish('message', { text: 'as grace' })))
    const sent = rig.link.sentOf('baro:publish')
    expect(sent.map(({ payload }) => payload)).toEqual(
      ['as whoever it is', 'as grace'].slice(isAnew ? 0 : 1).map((text) => ({ text })),
    )
    for (const { id } of sent)
      rig.link.tell({ type: 'baro:published', payload: { id, channel: lobby.channel } as never })
    expect(await Promise.all(made)).toEqual(outcomes)
  })
})

describe('sharing a channel', () => {
  it('mounting twice, as StrictMode does, opens one socket and subscribes once', () => {
    const rig = new Rig()
    rig.client.subscribe(chat, pageAt(3)).close()
    const subscription = rig.client.subscribe(chat, pageAt(3))
    rig.clock.advance(5_000)
    rig.connect()
    rig.recover()
    expect(rig.links).toHaveLength(1)
    expect(rig.link.sentOf('baro:subscribe')).toHaveLength(1)
    expect(subscription.current.status.state).toBe('live')
  })

  it('many holders have one subscription, and it ends after the last has gone and a linger', () => {
    const { rig, subscription } = live()
    const other = rig.client.subscribe(chat, lobby)
    expect(other.current).toBe(subscription.current)
    subscription.close()
    subscription.close()
    rig.clock.advance(5_000)
    rig.deliver(3, messages(4, 4))
    expect(other.current.state).toEqual(texts(1, 4))
    other.close()
    rig.clock.advance(999)
    expect(rig.link.sentOf('baro:unsubscribe')).toEqual([])
    rig.clock.advance(1)
    expect(rig.link.sentOf('baro:unsubscribe')).toEqual([{ channel: 'chat:lobby' }])
    expect(rig.link.isClosed).toBe(true)
    expect(rig.client.status.state).toBe('idle')
    expect(rig.clock.pending).toBe(0)
  })

  it('one channel less leaves the connection to the others', () => {
    const { rig, subscription } = live()
    const other = rig.client.subscribe(chat, chat({ id: 'other' }))
    subscription.close()
    rig.clock.advance(1_000)
    expect(rig.link.isClosed).toBe(false)
    rig.reset(at(2), texts(1, 2), 'none', 'chat:other')
    expect(other.current.state).toEqual(texts(1, 2))
  })

  it('a holder that has let go is told nothing more', () => {
    const { rig, subscription } = live()
    rig.client.subscribe(chat, lobby)
    const seen: unknown[] = []
    subscription.onChange((view) => seen.push(view))
    subscription.onPublication((publication) => seen.push(publication))
    subscription.onSignal((signal) => seen.push(signal))
    subscription.close()
    rig.deliver(3, messages(4, 4))
    rig.link.tell({ type: 'baro:signaled', payload: { channel: 'chat:lobby', type: 'typing', payload: {} } })
    expect(seen).toEqual([])
  })

  it('attempts have higher numbers, also after a channel was left and entered again', () => {
    const { rig, subscription } = live()
    rig.client.subscribe(chat, chat({ id: 'other' }))
    subscription.close()
    rig.clock.advance(1_000)
    rig.client.subscribe(chat, pageAt(3))
    const attempts = rig.link.sentOf('baro:subscribe').map(({ attempt }) => attempt)
    expect(attempts).toEqual([...attempts].sort((a, b) => a - b))
    expect(new Set(attempts).size).toBe(3)
  })
})

describe('I3: a page never brings an older state back', () => {
  it('an older payload, as the router cache and the back button have it, changes nothing', () => {
    const { rig, subscription } = live(3)
    rig.deliver(3, messages(4, 9))
    subscription.offer(pageAt(3))
    const back = rig.client.subscribe(chat, pageAt(5))
    expect(back.current.state).toEqual(texts(1, 9))
    expect(rig.link.sentOf('baro:subscribe')).toHaveLength(1)
  })

  it('what was seen last is still shown long after everybody left', () => {
    const { rig, subscription } = live(3)
    rig.deliver(3, messages(4, 9))
    subscription.close()
    rig.clock.advance(600_000)
    expect(rig.client.peek(chat, pageAt(3))?.state).toEqual(texts(1, 9))
    const back = rig.client.subscribe(chat, pageAt(3))
    expect(back.current.state).toEqual(texts(1, 9))
    rig.connect()
    expect(rig.link.lastOf('baro:subscribe').position).toBe(at(9))
    rig.recover(messages(10, 10))
    expect(back.current.handOver).toMatchObject({ rendered: 3, resumedAt: 9, recovered: 1 })
  })

  it('a newer payload moves the state forward; the hub is asked what follows it', () => {
    const { rig, subscription } = live(3)
    const seen = told(subscription)
    subscription.offer(pageAt(9))
    expect(subscription.current.state).toEqual(texts(1, 9))
    rig.deliver(3, messages(4, 9))
    expect(rig.link.lastOf('baro:subscribe').position).toBe(at(9))
    rig.recover(messages(10, 10))
    expect(subscription.current.state).toEqual(texts(1, 10))
    expect(seen).toEqual(messages(10, 10))
  })

  it('a payload of another epoch replaces nothing, it makes the client ask', () => {
    const { rig, subscription } = live(3)
    subscription.offer(pageAt(1, { epoch: 'epoch2' }))
    expect(subscription.current.state).toEqual(texts(1, 3))
    expect(rig.link.lastOf('baro:subscribe')).toMatchObject({ attempt: 2, position: at(3) })
    rig.reset(at(1, 'epoch2'), ['new life'], 'epoch')
    expect(subscription.current).toMatchObject({ state: ['new life'], position: at(1, 'epoch2') })
  })

  it.each([
    ['another epoch', pageAt(1, { epoch: 'epoch0' })],
    ['another version', pageAt(2, { version: '0' })],
  ])('a payload of %s that is offered again and again is asked about once on each link', (_, page) => {
    const { rig, subscription } = live(3)
    const asks = () => rig.link.sentOf('baro:subscribe').length
    for (let time = 0; time < 10; time++) {
      subscription.offer({ ...page })
      rig.recover()
    }
    expect(asks()).toBe(2)
    rig.link.drop()
    rig.reconnect()
    rig.recover()
    for (let time = 0; time < 10; time++) {
      subscription.offer({ ...page })
      rig.recover()
    }
    expect(asks()).toBe(2)
  })

  it('a payload beyond the head of the stream that is offered again is not taken again', () => {
    const { rig, subscription } = live(3)
    subscription.offer(pageAt(9))
    rig.reset(at(3), texts(1, 3), 'beyond-head')
    subscription.offer(pageAt(9))
    expect(subscription.current).toMatchObject({ state: texts(1, 3), position: at(3) })
    expect(rig.link.sentOf('baro:subscribe')).toHaveLength(2)
  })

  it.each([
    ['before', lobby],
    ['after', pageAt(3)],
  ])('a position without a value, told %s the first state is there, does not keep its payload away', (when, first) => {
    const rig = new Rig()
    const hold = () => rig.client.subscribe(channel('chat:{id}'), { ...pageAt(9), value: undefined } as never)
    if (when === 'before') hold()
    const subscription = rig.client.subscribe(chat, first)
    if (when === 'after') hold()
    subscription.offer(pageAt(9))
    expect(subscription.current).toMatchObject({ state: texts(1, 9), position: at(9) })
  })

  it('no more than a hundred payloads are remembered: after that many others one is asked about again', () => {
    const { rig, subscription } = live(3)
    const asks = () => rig.link.sentOf('baro:subscribe').length
    const offerLife = (life: number) => {
      subscription.offer(pageAt(1, { epoch: `life${life}` }))
      rig.recover()
    }
    for (let life = 0; life < 50; life++) offerLife(life)
    const before = asks()
    for (let life = 0; life < 50; life++) offerLife(life)
    expect(asks()).toBe(before)
    for (let life = 50; life < 150; life++) offerLife(life)
    offerLife(0)
    expect(asks()).toBe(before + 101)
  })

  it('an answer to an attempt that is over moves nothing', () => {
    const { rig, subscription } = live(3)
    rig.deliver(5, messages(6, 6))
    rig.link.tell({
      type: 'baro:reset',
      payload: { channel: 'chat:lobby', attempt: 1, reason: 'trimmed', position: at(1), snapshot: ['old'] },
    })
    expect(subscription.current.state).toEqual(texts(1, 3))
  })

  it('peeking knows nothing of a channel that was never followed, nor of one that the page is ahead of', () => {
    const { rig } = live(3)
    expect(rig.client.peek(chat, chat({ id: 'other' }))).toBeUndefined()
    expect(rig.client.peek(chat, pageAt(4))).toBeUndefined()
    expect(rig.client.peek(chat, pageAt(2))?.position).toBe(at(3))
  })

  it('the stores that have rested longest are forgotten, those in use are not', () => {
    const { rig } = live(3)
    for (let id = 0; id < 100; id++) {
      rig.client.subscribe(chat, pageAt(1, { channel: `chat:${id}` })).close()
      rig.clock.advance(1_000)
    }
    expect(rig.client.peek(chat, lobby)).toBeDefined()
    expect(rig.client.peek(chat, chat({ id: 99 }))).toBeDefined()
    expect(rig.client.peek(chat, chat({ id: 0 }))).toBeUndefined()
  })
})

describe('a subscribe that is refused', () => {
  it('says why, keeps what is shown, and touches no other', () => {
    const { rig, subscription } = live(3)
    const other = rig.client.subscribe(chat, chat({ id: 'secret' }))
    rig.refuse('refused', 'chat:secret')
    expect(other.current.status).toMatchObject({ state: 'refused', reason: 'refused' })
    expect(subscription.current.status.state).toBe('live')
    rig.link.drop()
    rig.reconnect()
    expect(rig.link.sentOf('baro:subscribe').map(({ channel }) => channel)).toEqual(['chat:lobby', 'chat:secret'])
  })

  it('for now is tried again later', () => {
    const rig = new Rig()
    const subscription = rig.client.subscribe(chat, pageAt(3))
    rig.connect()
    rig.refuse('unavailable')
    const { status } = subscription.current
    expect(status).toMatchObject({ state: 'waiting', attempt: 1, rung: 'websocket', reason: 'unavailable' })
    rig.clock.advance(status.retryInMs ?? 0)
    expect(rig.link.lastOf('baro:subscribe')).toMatchObject({ attempt: 2, position: at(3) })
    rig.recover()
    expect(subscription.current.status.state).toBe('live')
  })

  it('because the version is outdated reloads the page, and keeps saying so', () => {
    const rig = new Rig()
    const subscription = rig.client.subscribe(chat, pageAt(3))
    rig.connect()
    rig.refuse('outdated')
    expect(rig.reloads).toEqual(['chat:lobby 1'])
    expect(subscription.current).toMatchObject({ state: texts(1, 3), status: { state: 'outdated' } })
    rig.link.drop()
    expect(subscription.current.status.state).toBe('outdated')
  })

  it('because the version is outdated is asked about again, says outdated meanwhile, and goes on where a node knows the version', () => {
    const rig = new Rig()
    const subscription = rig.client.subscribe(chat, pageAt(3))
    rig.connect({ heartbeatIntervalMs: 600_000 })
    rig.refuse('outdated')
    const states: string[] = []
    subscription.onChange(({ status }) => states.push(status.state))
    rig.clock.advance(30_000)
    expect(rig.link.lastOf('baro:subscribe')).toMatchObject({ attempt: 2, position: at(3) })
    rig.refuse('outdated')
    expect(rig.reloads).toEqual(['chat:lobby 1', 'chat:lobby 1'])
    expect(new Set(states)).toEqual(new Set(['outdated']))
    rig.clock.advance(60_000)
    rig.recover(messages(4, 5))
    expect(subscription.current).toMatchObject({ state: texts(1, 5), status: { state: 'live' } })
  })

  it('because a hub of another build does not know the channel is asked about again, and stays refused meanwhile', () => {
    const rig = new Rig()
    const subscription = rig.client.subscribe(chat, lobby)
    rig.connect({ heartbeatIntervalMs: 600_000 })
    rig.refuse('unknown-channel')
    const states: string[] = []
    subscription.onChange(({ status }) => states.push(`${status.state} ${status.reason}`))
    rig.clock.advance(30_000)
    rig.refuse('unknown-channel')
    expect(new Set(states)).toEqual(new Set(['refused unknown-channel']))
    expect(rig.reloads).toEqual([])
    rig.clock.advance(60_000)
    rig.reset(at(5), texts(1, 5))
    expect(subscription.current).toMatchObject({ state: texts(1, 5), status: { state: 'live' } })
  })

  it('later, by the hub, says why as well', () => {
    const { rig, subscription } = live(3)
    rig.link.tell({ type: 'baro:unsubscribed', payload: { channel: 'chat:lobby', code: 'refused' } })
    expect(subscription.current.status).toMatchObject({ state: 'refused', reason: 'refused' })
  })

  it('for a position that is none to the hub begins anew', () => {
    const rig = new Rig()
    const subscription = rig.client.subscribe(chat, { ...pageAt(3), position: 'garbage' })
    rig.connect()
    rig.refuse('bad-position')
    expect(rig.link.lastOf('baro:subscribe')).not.toHaveProperty('position')
    rig.reset(at(4), texts(1, 4))
    expect(subscription.current).toMatchObject({ state: texts(1, 4), position: at(4) })
  })
})

describe('publishing', () => {
  it('is shown at once, sent, and replaced by the publication with its id', async () => {
    const { rig, subscription } = live(3)
    const published = subscription.publish('message', { text: 'mine' }, { id: 'my-id' })
    expect(subscription.current).toMatchObject({ state: [...texts(1, 3), 'mine'], pending: ['my-id'] })
    expect(rig.link.lastOf('baro:publish')).toEqual({
      id: 'my-id',
      channel: 'chat:lobby',
      type: 'message',
      payload: { text: 'mine' },
    })
    rig.link.tell({
      type: 'baro:publications',
      payload: {
        channel: 'chat:lobby',
        follows: at(3),
        position: '1a.epoch1.4.my-id',
        publications: [message(4, { id: 'my-id', text: 'mine' })],
      },
    })
    expect(subscription.current).toMatchObject({ state: [...texts(1, 3), 'mine'], pending: [] })
    rig.link.tell({
      type: 'baro:published',
      payload: { id: 'my-id', channel: lobby.channel, position: '1a.epoch1.4.my-id' },
    })
    expect(await published).toEqual({ id: 'my-id', position: '1a.epoch1.4.my-id' })
  })

  it('is taken back if the handler refuses, and rejects with what it said', async () => {
    const { rig, subscription } = live(3)
    const published = subscription.publish('message', { text: 'mine' })
    const { id } = rig.link.lastOf('baro:publish')
    rig.link.tell({
      type: 'baro:error',
      payload: { code: 'invalid-payload', message: 'too rude', id, channel: lobby.channel },
    })
    expect(subscription.current).toMatchObject({ state: texts(1, 3), pending: [] })
    await expect(published).rejects.toMatchObject({ code: 'invalid-payload', message: 'too rude' })
  })

  it('stays shown, once answered, until the state has come as far; and goes if nothing was published', async () => {
    const { rig, subscription } = live(3)
    const one = subscription.publish('message', { text: 'one' }, { id: 'one' })
    const two = subscription.publish('message', { text: 'two' }, { id: 'two' })
    rig.link.tell({ type: 'baro:published', payload: { id: 'one', channel: lobby.channel, position: at(4) } })
    rig.link.tell({ type: 'baro:published', payload: { id: 'two', channel: lobby.channel } })
    expect(subscription.current.state).toEqual([...texts(1, 3), 'one'])
    rig.deliver(3, messages(4, 4))
    expect(subscription.current.state).toEqual(texts(1, 4))
    expect(await one).toEqual({ id: 'one', position: at(4) })
    expect(await two).toEqual({ id: 'two' })
  })

  it('I5: under one id in two channels settles each by the answer of its own', async () => {
    const { rig, subscription } = live(3)
    const hall = rig.client.subscribe(chat, chat({ id: 'hall' }))
    const one = subscription.publish('message', { text: 'mine' }, { id: 'order' })
    const other = hall.publish('message', { text: 'mine' }, { id: 'order' })
    const names = { id: 'order', channel: hall.channel }
    rig.link.tell({ type: 'baro:error', payload: { ...names, code: 'refused', message: 'not here' } })
    await expect(other).rejects.toMatchObject({ code: 'refused', message: 'not here' })
    expect([subscription.current.pending, hall.current.pending]).toEqual([['order'], []])
    rig.link.tell({ type: 'baro:published', payload: { id: 'order', channel: lobby.channel, position: at(4) } })
    expect(await one).toEqual({ id: 'order', position: at(4) })
  })

  it('I5: under one id in two channels is withdrawn by its own signal alone', async () => {
    const { rig, subscription } = live(3)
    const hall = rig.client.subscribe(chat, chat({ id: 'hall' }))
    rig.link.drop()
    const [stays, goes] = [new AbortController(), new AbortController()]
    subscription.publish('message', { text: 'mine' }, { id: 'order', signal: stays.signal })
    const withdrawn = hall.publish('message', { text: 'mine' }, { id: 'order', signal: goes.signal })
    goes.abort('left')
    await expect(withdrawn).rejects.toBe('left')
    rig.reconnect()
    expect(rig.link.sentOf('baro:publish').map(({ channel }) => channel)).toEqual([lobby.channel])
  })

  it('I5: survives a reconnect: subscribes first, then what has no answer with the same id, in order', async () => {
    const { rig, subscription } = live(3)
    const settled: string[] = []
    for (const id of ['a', 'b'])
      subscription.publish('message', { text: id }, { id }).then(({ id: done }) => settled.push(done))
    rig.link.drop()
    subscription.publish('message', { text: 'c' }, { id: 'c' })
    expect(subscription.current.pending).toEqual(['a', 'b', 'c'])
    rig.reconnect()
    expect(rig.link.sent.map(({ type }) => type)).toEqual([
      'baro:connect',
      'baro:subscribe',
      'baro:publish',
      'baro:publish',
      'baro:publish',
    ])
    expect(rig.link.sentOf('baro:publish').map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    for (const id of ['a', 'b']) rig.link.tell({ type: 'baro:published', payload: { id, channel: lobby.channel } })
    await rig.clock.pass(0)
    expect(settled).toEqual(['a', 'b'])
  })

  it('I5: that the hub can no longer answer for rejects as unknown, and is not shown any more', async () => {
    const { rig, subscription } = live(3)
    const published = subscription.publish('message', { text: 'mine' })
    rig.link.drop()
    rig.reconnect({ claimsEpoch: 'claims2' })
    expect(rig.link.sentOf('baro:publish')).toEqual([])
    expect(subscription.current.pending).toEqual([])
    await expect(published).rejects.toMatchObject({ code: 'unknown-outcome' })
  })

  it('I5: whose first is still at work is asked for again after a second', () => {
    const { rig, subscription } = live(3)
    subscription.publish('message', { text: 'mine' }, { id: 'mine' })
    rig.link.tell({
      type: 'baro:error',
      payload: { code: 'in-progress', message: 'wait', id: 'mine', channel: lobby.channel },
    })
    rig.clock.advance(999)
    expect(rig.link.sentOf('baro:publish')).toHaveLength(1)
    rig.clock.advance(1)
    expect(rig.link.sentOf('baro:publish')).toHaveLength(2)
    expect(subscription.current.pending).toEqual(['mine'])
  })

  it('that is longer than the hub takes is never sent; its length is that of its bytes', async () => {
    const { rig, subscription } = live(3)
    const overhead = JSON.stringify({
      type: 'baro:publish',
      payload: { id: 'x', channel: 'chat:lobby', type: 'message', payload: { text: '' } },
    }).length
    const fitting = '한'.repeat(Math.floor((terms.maxMessageBytes - overhead) / 3))
    await expect(subscription.publish('message', { text: `${fitting}한` }, { id: 'x' })).rejects.toMatchObject({
      code: 'too-large',
    })
    expect(subscription.current.pending).toEqual([])
    subscription.publish('message', { text: fitting }, { id: 'x' })
    expect(rig.link.sentOf('baro:publish')).toHaveLength(1)
  })

  it('takes turns: a producer of its own numbers the publishes of a channel, and says what it has the answers to', () => {
    const { rig, subscription } = live(3)
    subscription.publish('message', { text: 'one' })
    const first = rig.link.lastOf('baro:publish')
    expect(first).toMatchObject({ number: 1, confirmed: 0, producer: expect.stringMatching(/^[\w-]{16}$/) })
    rig.link.tell({ type: 'baro:published', payload: { id: first.id, channel: lobby.channel } })
    subscription.publish('message', { text: 'two' })
    expect(rig.link.lastOf('baro:publish')).toMatchObject({
      ...first,
      id: expect.any(String),
      payload: { text: 'two' },
      number: 2,
      confirmed: 1,
    })
  })

  it('I5: back at a hub whose claims are in another life, goes on under another producer', () => {
    const { rig, subscription } = live(3)
    subscription.publish('message', { text: 'one' })
    const { id, producer } = rig.link.lastOf('baro:publish')
    rig.link.tell({ type: 'baro:published', payload: { id, channel: lobby.channel } })
    rig.link.tell({ type: 'baro:drain', payload: { reconnectInMs: 0 } })
    rig.clock.advance(0)
    rig.connect({ claimsEpoch: 'claims2' })
    subscription.publish('message', { text: 'two' })
    expect(rig.link.lastOf('baro:publish').number).toBe(1)
    expect(rig.link.lastOf('baro:publish').producer).not.toBe(producer)
  })

  it.each(['publish', 'request', 'signal'] as const)('what no hub could take is not sent: a %s', async (way) => {
    const { rig, subscription } = live(3)
    const send = async (payload: never) => {
      if (way === 'publish') await subscription.publish('message', payload)
      else if (way === 'request') await subscription.request('count', payload)
      else subscription.signal('typing', payload)
    }
    const key = JSON.parse('{"list":[{"__proto__":1}]}') as never
    await expect(send(key)).rejects.toMatchObject({
      code: 'invalid-payload',
      message: expect.stringContaining('__proto__'),
    })
    await expect(send('.'.repeat(terms.maxMessageBytes) as never)).rejects.toMatchObject({ code: 'too-large' })
    expect(rig.link.sentOf(`baro:${way}`)).toEqual([])
    expect(subscription.current.pending).toEqual([])
    void send({ text: 'the value "__proto__": is a text' } as never)
    await rig.clock.pass(0)
    expect(rig.link.sentOf(`baro:${way}`)).toHaveLength(1)
  })

  it('that is no JSON, or on something that was closed, rejects', async () => {
    const { rig, subscription } = live(3)
    const circular: Record<string, unknown> = {}
    circular.self = circular
    await expect(subscription.publish('message', circular as never)).rejects.toMatchObject({ code: 'invalid-payload' })
    subscription.close()
    await expect(subscription.publish('message', { text: 'x' })).rejects.toMatchObject({ code: 'closed' })
    const other = rig.client.subscribe(chat, lobby)
    rig.client.close()
    await expect(other.publish('message', { text: 'x' })).rejects.toMatchObject({ code: 'closed' })
    await expect(other.request('count', { from: 1 })).rejects.toMatchObject({ code: 'closed' })
  })

  it('keeps the connection until it is answered, also when everybody has left', async () => {
    const { rig, subscription } = live(3)
    const published = subscription.publish('message', { text: 'mine' }, { id: 'mine' })
    subscription.close()
    rig.clock.advance(5_000)
    expect(rig.link.sentOf('baro:unsubscribe')).toEqual([])
    rig.link.tell({ type: 'baro:published', payload: { id: 'mine', channel: lobby.channel } })
    expect(await published).toEqual({ id: 'mine' })
    expect(rig.link.isClosed).toBe(true)
    expect(rig.client.status.state).toBe('idle')
  })

  it('that is answered while the channel lingers does not end the linger', () => {
    const { rig, subscription } = live(3)
    subscription.publish('message', { text: 'mine' }, { id: 'mine' })
    subscription.close()
    rig.link.tell({ type: 'baro:published', payload: { id: 'mine', channel: lobby.channel } })
    expect(rig.link.isClosed).toBe(false)
    rig.clock.advance(1_000)
    expect(rig.link.isClosed).toBe(true)
  })

  it('takes the payload as it is now, whatever becomes of it', () => {
    const { rig, subscription } = live(3)
    const payload = { text: 'now' }
    rig.link.drop()
    subscription.publish('message', payload)
    payload.text = 'later'
    expect(subscription.current.state.at(-1)).toBe('now')
    rig.reconnect()
    expect(rig.link.lastOf('baro:publish').payload).toEqual({ text: 'now' })
  })

  it('from a listener is sent after what made it', () => {
    const { rig, subscription } = live(3)
    subscription.onPublication(({ offset }) => {
      if (offset < 6) subscription.publish('message', { text: `re ${offset}` })
    })
    rig.deliver(3, messages(4, 6))
    expect(subscription.current.state).toEqual([...texts(1, 6), 're 4', 're 5'])
    expect(rig.link.sentOf('baro:publish')).toHaveLength(2)
  })
})

describe('a publish with a signal', () => {
  it('is withdrawn and taken back from what is shown, while it was not sent', async () => {
    const rig = new Rig()
    const subscription = rig.client.subscribe(chat, pageAt(1))
    const controller = new AbortController()
    const published = subscription.publish('message', { text: 'mine' }, { signal: controller.signal })
    await rig.clock.pass(0)
    expect(subscription.current.state).toEqual(['m1', 'mine'])
    controller.abort()
    await expect(published).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    expect(subscription.current.state).toEqual(['m1'])
    rig.connect()
    expect(rig.link.sentOf('baro:publish')).toEqual([])
  })

  it('finds a dead link within seconds', async () => {
    const { rig, subscription } = live()
    void subscription.publish('message', { text: 'mine' })
    await rig.clock.pass(4_500)
    expect(rig.link.lastOf('baro:heartbeat')).toEqual({ probe: true })
    await rig.clock.pass(3_000)
    expect(rig.links).toHaveLength(2)
    rig.connect()
    expect(rig.link.sentOf('baro:publish')).toHaveLength(1)
  })

  it.each([7, 7.5, {}, [], null] as const)(
    'that is called %j is called by its text: an answer names nothing else',
    async (id) => {
      const { rig, subscription } = live()
      const published = subscription.publish('message', { text: 'mine' }, { id: id as never })
      const { id: sent } = rig.link.lastOf('baro:publish')
      expect(sent).toEqual(expect.any(String))
      rig.link.tell({
        type: 'baro:error',
        payload: { id: sent, channel: lobby.channel, code: 'bad-id', message: 'no' },
      })
      await expect(published).rejects.toMatchObject({ code: 'bad-id' })
      expect(subscription.current.pending).toEqual([])
    },
  )

  it('goes on once it was sent', async () => {
    const { rig, subscription } = live()
    const controller = new AbortController()
    const published = subscription.publish('message', { text: 'mine' }, { signal: controller.signal })
    await rig.clock.pass(0)
    controller.abort()
    const { id } = rig.link.lastOf('baro:publish')
    rig.link.tell({ type: 'baro:published', payload: { id, channel: lobby.channel, position: at(4) } })
    await expect(published).resolves.toMatchObject({ id })
  })
})

describe('requests', () => {
  it('have 30 s for their answer, or what the client or the request says', async () => {
    const { rig, subscription } = live(3, { requestTimeoutMs: 2_000 })
    const usual = subscription.request('count', { from: 1 })
    const quick = subscription.request('count', { from: 1 }, { timeoutMs: 100 })
    const patient = subscription.request('count', { from: 1 }, { timeoutMs: Infinity })
    rig.clock.advance(100)
    await expect(quick).rejects.toMatchObject({ code: 'unknown-outcome' })
    rig.clock.advance(1_900)
    await expect(usual).rejects.toMatchObject({ code: 'unknown-outcome' })
    rig.clock.advance(1e6)
    const [, , { id } = { id: '' }] = rig.link.sentOf('baro:request')
    rig.reconnect()
    rig.link.tell({ type: 'baro:answer', payload: { id, channel: lobby.channel, payload: 7 } })
    await expect(patient).rejects.toMatchObject({ code: 'unknown-outcome' })
    const byDefault = live()
    const asked = byDefault.subscription.request('count', { from: 1 })
    let settled = false
    asked.catch(() => {
      settled = true
    })
    for (const [ms, expected] of [
      ...Array.from({ length: 14 }, () => [2_000, false] as const),
      [1_999, false],
      [1, true],
    ] as const) {
      byDefault.rig.link.tell({ type: 'baro:heartbeat', payload: {} })
      await byDefault.rig.clock.pass(ms)
      expect(settled).toBe(expected)
    }
  })

  it('are not sent any more after their time: they were not done', async () => {
    const rig = new Rig()
    const asked = rig.client.subscribe(chat, lobby).request('count', { from: 1 })
    rig.clock.advance(30_000)
    await expect(asked).rejects.toMatchObject({ code: 'unavailable' })
    rig.reconnect()
    expect(rig.link.sentOf('baro:request')).toEqual([])
  })

  it('can be aborted, and reject with the reason', async () => {
    const { rig, subscription } = live()
    const controller = new AbortController()
    const { signal } = controller
    const asked = subscription.request('count', { from: 1 }, { signal })
    controller.abort('the page was left')
    await expect(asked).rejects.toBe('the page was left')
    await expect(subscription.request('count', { from: 1 }, { signal })).rejects.toBe('the page was left')
    expect(rig.link.sentOf('baro:request')).toHaveLength(1)
  })

  it('are answered', async () => {
    const { rig, subscription } = live(3)
    const answer = subscription.request('count', { from: 1 })
    const { id, ...question } = rig.link.lastOf('baro:request')
    expect(question).toEqual({ channel: 'chat:lobby', type: 'count', payload: { from: 1 } })
    rig.link.tell({ type: 'baro:answer', payload: { id, channel: lobby.channel, payload: 42 } })
    expect(await answer).toBe(42)
  })

  it('wait for a connection, and are refused with the code of the answer', async () => {
    const rig = new Rig()
    const subscription = rig.client.subscribe(chat, lobby)
    const answer = subscription.request('count', { from: 1 })
    rig.connect()
    const { id } = rig.link.lastOf('baro:request')
    rig.link.tell({
      type: 'baro:error',
      payload: { code: 'not-accepted', message: 'nobody counts', id, channel: lobby.channel },
    })
    await expect(answer).rejects.toMatchObject({ code: 'not-accepted' })
  })

  it('that were cut off are not sent again', async () => {
    const { rig, subscription } = live(3)
    const answer = subscription.request('count', { from: 1 })
    rig.link.drop()
    await expect(answer).rejects.toMatchObject({ code: 'unknown-outcome' })
    rig.reconnect()
    expect(rig.link.sentOf('baro:request')).toEqual([])
  })
})

describe('signals', () => {
  it('are sent and told, and dropped without a link', () => {
    const { rig, subscription } = live(3)
    const seen: unknown[] = []
    subscription.onSignal(({ payload, by }) => seen.push([payload.name, by]))
    subscription.signal('typing', { name: 'kim' })
    expect(rig.link.lastOf('baro:signal')).toEqual({ channel: 'chat:lobby', type: 'typing', payload: { name: 'kim' } })
    subscription.signal('typing', { name: 'kim' }, { to: 'lee' })
    expect(rig.link.lastOf('baro:signal')).toMatchObject({ payload: { name: 'kim' }, to: 'lee' })
    rig.link.tell({
      type: 'baro:signaled',
      payload: { channel: 'chat:lobby', type: 'typing', payload: { name: 'lee' }, by: 'user-7' },
    })
    expect(seen).toEqual([['lee', 'user-7']])
    rig.link.drop()
    subscription.signal('typing', { name: 'kim' })
    rig.reconnect()
    expect(rig.link.sentOf('baro:signal')).toEqual([])
  })

  it('that are refused are logged', () => {
    const { rig } = live(3)
    const payload = { code: 'not-accepted', message: 'No handler takes "typing".', channel: 'chat:lobby' }
    rig.link.tell({ type: 'baro:error', payload })
    expect(rig.logged).toEqual(['No handler takes "typing".'])
  })
})

describe('closing', () => {
  it('keeps what is shown, and says so', () => {
    const { rig, subscription } = live(3)
    rig.client.close()
    expect(rig.link.isClosed).toBe(true)
    expect(subscription.current).toMatchObject({ state: texts(1, 3), status: { state: 'closed' } })
    rig.wake?.woke()
    rig.clock.advance(600_000)
    expect(rig.links).toHaveLength(1)
    expect(rig.clock.pending).toBe(0)
  })

  it('settles what has no answer', async () => {
    const { rig, subscription } = live(3)
    const sent = subscription.publish('message', { text: 'sent' })
    rig.link.drop()
    const unsent = subscription.publish('message', { text: 'unsent' })
    rig.client.close()
    await expect(sent).rejects.toMatchObject({ code: 'unknown-outcome' })
    await expect(unsent).rejects.toMatchObject({ code: 'closed' })
    expect(subscription.current.pending).toEqual([])
  })

  it('can be taken back', () => {
    const { rig, subscription } = live(3)
    rig.client.close()
    rig.client.reconnect()
    rig.connect()
    rig.recover(messages(4, 4))
    expect(subscription.current).toMatchObject({ state: texts(1, 4), status: { state: 'live' } })
  })
})

describe('bad input from the hub', () => {
  it.each([
    'null',
    '42',
    '{"type":"baro:publications"}',
    '{"type":"baro:publications","payload":{"channel":"chat:lobby"}}',
    '{"type":"baro:tomorrow","payload":{"channel":"chat:lobby","id":"x"}}',
    '{"type":"baro:publications","payload":{"channel":"chat:elsewhere","follows":"","position":"","publications":[]}}',
  ])('%s harms nobody', (text) => {
    const { rig, subscription } = live(3)
    rig.link.tell(JSON.parse(text))
    rig.recover()
    rig.deliver(3, messages(4, 4))
    expect(subscription.current.state).toEqual(texts(1, 4))
    expect(rig.client.status.state).toBe('live')
  })
})

describe('where no link can be opened', () => {
  it('the client gives up and logs what to do', () => {
    vi.stubGlobal('WebSocket', undefined)
    const rig = new Rig({ transport: createWebSocketTransport(), url: 'http://localhost/baro' })
    rig.client.subscribe(chat, lobby)
    vi.unstubAllGlobals()
    expect(rig.client.status).toMatchObject({ state: 'gave-up', reason: 'bad-definition' })
    expect(rig.logged).toEqual([expect.stringContaining('createWebSocketTransport({ WebSocket })')])
  })
})
