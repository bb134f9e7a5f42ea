/** A hub on a real port, and clients of ours before it, on one clock. It goes on slowly, because the network takes its time. */
import {
  type Client,
  type ClientOptions,
  createClient,
  type Subscription,
  type Transport,
  type WakeEvents,
} from '@baro/client'
import { channel, type TypesOf } from '@baro/core'
import { createHub, type Hub, type HubOptions } from '@baro/server'
import { createFakeClock, createSeededRandomness, type FakeClock } from '@baro/testing'
import { onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { lookMs, settledIn, stepMs } from './passing-time.ts'

/** A channel that shows whatever was published to it. */
export const room = channel('room:{id}', {
  events: { said: z.any() },
  signals: { typing: z.any() },
  requests: { ask: { input: z.any(), output: z.any() } },
  members: { state: z.object({ mood: z.string() }) },
  state: { initial: (): unknown[] => [], on: { said: (list, { payload }) => [...list, payload] } },
})

/** A client that follows a room. */
export interface Follower {
  readonly client: Client
  readonly subscription: Subscription<TypesOf<typeof room>>
  /** What its page shows. */
  readonly shown: readonly unknown[]
  /** Each status that it had, as "state reason". */
  readonly states: readonly string[]
  /** The signs of its page. */
  readonly page: WakeEvents
}

/** What a test has in its hands. */
export interface RungStage {
  readonly hub: Hub
  readonly clock: FakeClock
  readonly port: number
  /** A client that follows `room:1`, whatever its state. */
  open(transport: Transport, options?: ClientOptions & { readonly origin?: string }): Follower
  /** The same, once it is live. */
  follow(transport: Transport, options?: ClientOptions & { readonly origin?: string }): Promise<Follower>
  /** Lets time pass until it is settled. */
  settled<T>(promise: Promise<T>): Promise<T>
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>
  /** Lets time pass until nothing is thrown any more. */
  until(assertion: () => void): Promise<void>
}

const longestMs = 60_000

/** Opens the stage; it ends with its test. */
export async function openStage(
  handlers: Partial<Parameters<Hub['on']>[1]> = {},
  options: Partial<HubOptions> = {},
): Promise<RungStage> {
  const clock = createFakeClock()
  const quiet = { info: () => {}, warn: () => {}, error: () => {} }
  const hub = createHub({ channels: [room], clock, log: quiet, ...options })
  hub.on(room, {
    access: 'public',
    events: { said: ({ payload, publish }) => publish('said', payload) },
    signals: { typing: ({ payload, signal }) => signal('typing', payload) },
    requests: { ask: ({ payload }) => payload },
    ...(handlers as object),
  })
  const listening = await hub.listen(0, '127.0.0.1')
  const clients: Client[] = []

  const settled = <T>(promise: Promise<T>) => settledIn(clock, promise, longestMs)
  async function pass(ms: number): Promise<void> {
    const untilMs = clock.elapsed() + ms
    await vi.waitUntil(
      () => {
        clock.advance(5 * stepMs)
        return clock.elapsed() >= untilMs
      },
      { interval: lookMs, timeout: longestMs },
    )
  }

  const until = (assertion: () => void) => settled(vi.waitFor(assertion, { interval: lookMs, timeout: longestMs }))

  function open(
    transport: Transport,
    { origin, ...more }: ClientOptions & { readonly origin?: string } = {},
  ): Follower {
    let page: WakeEvents | undefined
    const states: string[] = []
    const client = createClient({
      url: `${origin ?? `http://127.0.0.1:${listening.port}`}/baro`,
      transport,
      clock,
      randomness: createSeededRandomness(`client ${clients.length}`),
      log: quiet,
      wake: {
        listen(events) {
          page = events
          return () => {}
        },
      },
      ...more,
    })
    clients.push(client)
    client.onStatus(({ state, reason }) => {
      const words = reason === undefined ? state : `${state} ${reason}`
      if (states.at(-1) !== words) states.push(words)
    })
    const subscription = client.subscribe(room, room({ id: 1 }))
    return {
      client,
      subscription,
      states,
      get shown() {
        return subscription.current.state
      },
      get page() {
        if (!page) throw new Error('No link was opened yet.')
        return page
      },
    }
  }

  onTestFinished(async () => {
    for (const client of clients) client.close()
    await settled(Promise.all([listening.close(), hub.close()]))
  })
  return {
    hub,
    clock,
    port: listening.port,
    open,
    async follow(transport, options) {
      const follower = open(transport, options)
      await until(() => {
        if (follower.subscription.current.status.state !== 'live') throw new Error(`It is ${follower.states}.`)
      })
      return follower
    },
    settled,
    pass,
    until,
  }
}
