import { type Client, createClient, type Subscription, type Transport, type WakeEvents } from '@baro/client'
import { channel, type TypesOf } from '@baro/core'
import { createHub, type Hub, type Listening } from '@baro/server'
import { createFakeClock, type FakeClock } from '@baro/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { clientRungs } from './client-rungs.ts'
import { createFreezingLink, type FreezingLink } from './freezing-link.ts'

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
  hub.on(room, { access: 'public' })
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
  await vi.waitUntil(() => subscription.current.status.state === 'live')
}

const shows = (...texts: string[]) =>
  vi.waitFor(() => expect(subscription.current.state).toEqual(texts), { timeout: 5_000 })

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
    })
    clock.advance(2_999)
    expect({ states, subscribes: client.counters.subscribes }).toEqual({ states: [], subscribes })
  })
})
