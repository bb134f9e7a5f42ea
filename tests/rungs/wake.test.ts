import { type Client, createClient, type Subscription, type Transport, type WakeEvents } from '@baro/client'
import { channel, type TypesOf } from '@baro/core'
import { createHub, type Hub, type Listening } from '@baro/server'
import { createFakeClock, type FakeClock } from '@baro/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { patience } from '../e2e/patience.ts'
import { clientRungs } from './client-rungs.ts'
import { createFreezingLink, type FreezingLink } from './freezing-link.ts'
import { settledIn } from './passing-time.ts'

const room = channel('room:{id}', {
  events: { message: z.string() },
  state: { initial: (): string[] => [], on: { message: (list, { payload }) => [...list, payload] } },
})
const reference = room({ id: 1 })

let hub: Hub
let listening: Listening
let link: FreezingLink
let clock: FakeClock
let client: Client
let subscription: Subscription<TypesOf<typeof room>>
let page: WakeEvents | undefined

beforeEach(async () => {
  clock = createFakeClock()
  hub = createHub({ channels: [room] })
  hub.on(room, {
    access: 'public',
    events: { message: ({ payload, publish }) => publish('message', payload) },
  })
  listening = await hub.listen(0, '127.0.0.1')
  link = await createFreezingLink(listening.port)
})

afterEach(async () => {
  client.close()
  await link.close()
  await listening.close()
  await hub.close()
})

/** Follows the room until it is live, with time standing still. */
async function follow(transport: Transport): Promise<void> {
  const wake = {
    listen(events: WakeEvents) {
      page = events
      return () => {}
    },
  }
  client = createClient({ url: `${link.origin}/baro`, transport, clock, wake })
  subscription = client.subscribe(room, reference)
  await vi.waitUntil(() => subscription.current.status.state === 'live', patience)
}

const passes = <T>(promise: Promise<T>) => settledIn(clock, promise, patience.timeout)

const shows = (...texts: string[]) => vi.waitFor(() => expect(subscription.current.state).toEqual(texts), patience)

describe.each(clientRungs)('over %s', (rung, createTransport) => {
  it('a client that wakes on a frozen wire is at the head within 3 s, without a backoff', async () => {
    await follow(createTransport(clock))
    await hub.publish(reference, 'message', 'before')
    // A client that polls asks when its interval is over.
    clock.advance(3_000)
    await shows('before')
    link.freeze()
    await hub.publish(reference, 'message', 'while it slept')
    for (let sign = 0; sign < 3; sign++) page?.woke()
    // Over HTTP the next request has another connection, or that of an earlier one, which is frozen as well.
    if (rung !== 'sse') clock.advance(3_000)
    await shows('before', 'while it slept')
    expect(client.counters.reset).toBe(1)
  })

  it('a client that wakes on a wire that works stays on its link, and misses nothing', async () => {
    await follow(createTransport(clock))
    const { subscribes } = client.counters
    const states: string[] = []
    client.onStatus(({ state }) => states.push(state))
    page?.woke()
    page?.woke()
    await hub.publish(reference, 'message', 'after')
    await vi.waitFor(() => {
      expect(subscription.current.state).toEqual(['after'])
    }, patience)
    clock.advance(2_999)
    expect({ states, subscribes: client.counters.subscribes }).toEqual({ states: [], subscribes })
  })
})

describe.each(clientRungs)('over %s', (rung, createTransport) => {
  it('a client that publishes on a frozen wire finds out within seconds, and publishes once', async () => {
    await follow(createTransport(clock))
    link.freeze()
    const published = subscription.publish('message', 'mine')
    await passes(published)
    expect(clock.elapsed()).toBeLessThan(30_000)
    await shows('mine')
    expect(hub.counters.published).toBe(1)
  })

  it('a client that wakes while its publish is on a frozen wire need not wait for that', async () => {
    await follow(createTransport(clock))
    link.freeze()
    const published = subscription.publish('message', 'mine')
    for (let moment = 0; moment < 20; moment++) await new Promise((resolve) => setImmediate(resolve))
    page?.woke()
    page?.woke()
    await passes(published)
    expect(clock.elapsed()).toBeLessThan(15_000)
    await shows('mine')
    expect(hub.counters.published).toBe(1)
  })

  it('a machine that has slept for an hour, without a sign of the page, is at the head within seconds', async () => {
    await follow(createTransport(clock))
    link.freeze()
    await hub.publish(reference, 'message', 'while it slept')
    clock.jump(3_600_000)
    const beforeMs = clock.elapsed()
    await passes(vi.waitFor(() => expect(subscription.current.state).toEqual(['while it slept']), patience))
    expect(clock.elapsed() - beforeMs).toBeLessThan(20_000)
    expect(client.counters.reset).toBe(1)
  })

  it('a client that wakes in the middle of catching up gets everything once', async () => {
    await follow(createTransport(clock))
    link.freeze()
    const texts = Array.from({ length: 300 }, (_, index) => `text ${index}`)
    for (const text of texts) await hub.publish(reference, 'message', text)
    const told: string[] = []
    subscription.onPublication(({ payload }) => told.push(payload))
    page?.woke()
    await passes(vi.waitFor(() => expect(told.length).toBeGreaterThan(0), { ...patience, interval: 1 }))
    page?.woke()
    await passes(vi.waitFor(() => expect(subscription.current.state).toEqual(texts), patience))
    expect(told).toEqual(texts)
    expect(client.counters.subscribes).toBeLessThanOrEqual(4)
  })

  it('a client that is told it is offline says so at once, tries nothing, and is live at once when it is not', async () => {
    await follow(createTransport(clock))
    link.freeze()
    page?.offline()
    expect(subscription.current.status).toMatchObject({ state: 'waiting', reason: 'offline' })
    await hub.publish(reference, 'message', 'missed')
    clock.advance(3_000)
    const { subscribes } = client.counters
    clock.advance(600_000)
    expect(client.status).toMatchObject({ state: 'waiting', reason: 'offline', retryInMs: undefined })
    expect(client.counters.subscribes).toBe(subscribes)
    page?.woke()
    await shows('missed')
    expect(subscription.current.status.state).toBe('live')
  })

  it('a client that is told it is offline where the hub is still there stays, and misses nothing', async () => {
    await follow(createTransport(clock))
    page?.offline()
    const { subscribes } = client.counters
    await passes(vi.waitFor(() => expect(subscription.current.status.state).toBe('live'), patience))
    await hub.publish(reference, 'message', 'still there')
    await passes(vi.waitFor(() => expect(subscription.current.state).toEqual(['still there']), patience))
    expect(client.counters.subscribes - subscribes).toBe(0)
    expect(rung).toBe(client.status.rung)
  })
})
