/** Foreign data that a hub polls: once for everybody, published on a change. */
import { channel } from '@baro/core'
import type { Broker } from '@baro/core/broker'
import { createFakeClock, createSeededRandomness, settled } from '@baro/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { RecordedLog } from '../../test/fake-client.ts'
import { polled } from '../channel/snapshot-source.ts'
import { createHub } from '../hub/create-hub.ts'
import type { Hub } from '../hub/hub.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'

const rate = channel('rate:{base}', {
  events: { changed: z.object({ price: z.number() }) },
  state: { initial: () => ({ price: 0 }), on: { changed: (_, { payload }) => payload } },
})

const hubs: Hub[] = []
afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.close()
})

/** A foreign API, and nodes that poll it every ten seconds. */
function world() {
  const clock = createFakeClock()
  const shared: Broker = createMemoryBroker({ clock, randomness: createSeededRandomness('broker') })
  const api = {
    price: 1,
    asked: [] as string[],
    aborted: 0,
    answer: async (): Promise<unknown> => ({ price: api.price }),
  }
  let nodes = 0
  const node = ({ broker = shared, everyMs = 10_000 } = {}) => {
    const log = new RecordedLog()
    const name = `node${++nodes}`
    const hub = createHub({ channels: [rate], broker, clock, log, randomness: createSeededRandomness(name) })
    hub.on(rate, {
      access: 'public',
      snapshot: polled(
        async ({ params, signal }) => {
          api.asked.push(`${name} ${params.base}`)
          signal.addEventListener('abort', () => api.aborted++)
          return (await api.answer()) as { price: number }
        },
        { everyMs, timeoutMs: 3_000 },
      ),
    })
    hubs.push(hub)
    const snapshot = async (base = 'krw') => {
      const taken = hub.snapshot(rate({ base }))
      await clock.pass(0)
      return taken
    }
    const price = async (base?: string) => (await snapshot(base)).value.price
    return { hub, log, snapshot, price }
  }
  return { clock, api, node, broker: shared }
}

describe('a polled channel', () => {
  test('shows what the first poll found, to all who ask meanwhile', async () => {
    const { api, node } = world()
    const { hub } = node()
    const all = await Promise.all(Array.from({ length: 50 }, () => hub.snapshot(rate({ base: 'krw' }))))
    expect(new Set(all.map(({ value }) => value.price))).toEqual(new Set([1]))
    expect(api.asked).toEqual(['node1 krw'])
  })

  test('publishes what has changed, and nothing while nothing changes', async () => {
    const { api, node, clock } = world()
    const { hub, price } = node()
    expect(await price()).toBe(1)
    const heard: unknown[] = []
    hub.open().follow(rate({ base: 'krw' }), 'now', {
      delivered: ({ publications }) => heard.push(...publications.map(({ payload }) => payload)),
      reset() {},
      failed() {},
    })
    await clock.pass(30_000)
    expect([api.asked.length, hub.counters.published, heard]).toEqual([4, 1, []])
    api.price = 2
    await clock.pass(10_000)
    await clock.pass(10_000)
    expect([api.asked.length, hub.counters.published, heard]).toEqual([6, 2, [{ price: 2 }]])
    expect(await price()).toBe(2)
  })

  test('goes on from its position: the page has one value, what follows is the next', async () => {
    const { api, node, clock } = world()
    const { hub, snapshot } = node()
    const page = await snapshot()
    api.price = 2
    await clock.pass(10_000)
    const heard: unknown[] = []
    hub.open().follow(page, page.position, {
      delivered: ({ publications }) => heard.push(...publications.map(({ payload }) => payload)),
      reset() {},
      failed() {},
    })
    await clock.pass(100)
    expect(heard).toEqual([{ price: 2 }])
  })

  test('is polled for a minute after somebody has asked, and then no more until somebody asks again', async () => {
    const { api, node, clock } = world()
    const { price } = node()
    await price()
    await clock.pass(300_000)
    const asked = api.asked.length
    expect(asked).toBeLessThanOrEqual(9)
    api.price = 5
    await clock.pass(300_000)
    expect(api.asked.length).toBe(asked)
    expect(await price()).toBe(5)
  })

  test('keeps what it had when a poll throws, hangs or brings what its schema refuses, and logs once', async () => {
    const failures: (() => Promise<unknown>)[] = [
      () => Promise.reject(new Error('502')),
      () => new Promise(() => {}),
      async () => ({ price: 'free' }),
    ]
    for (const fail of failures) {
      const { api, node, clock } = world()
      const { hub, log, price } = node()
      await price()
      hub.open().follow(rate({ base: 'krw' }), 'now', { delivered() {}, reset() {}, failed() {} })
      const works = api.answer
      api.answer = fail
      await clock.pass(500_000)
      // Waits of 20, 40, then 80 seconds, in place of 50 polls.
      expect(api.asked.length).toBeLessThan(12)
      expect(log.errors).toEqual([expect.stringContaining('The poll of "rate:krw" failed')])
      expect(await price()).toBe(1)
      api.answer = works
      api.price = 7
      await clock.pass(90_000)
      expect(await price()).toBe(7)
    }
  })

  test('that never answers at first shows the initial state once its time is over', async () => {
    const { api, node, clock } = world()
    const { hub } = node()
    api.answer = () => new Promise(() => {})
    const taken = hub.snapshot(rate({ base: 'krw' }))
    await clock.pass(3_000)
    expect((await taken).value.price).toBe(0)
    expect(api.aborted).toBe(1)
  })

  test('is polled by one of three nodes that share a broker, and by another one within its lease after that is gone', async () => {
    const { api, node, clock } = world()
    const nodes = [node(), node(), node()]
    for (const { hub, price } of nodes) {
      expect(await price()).toBe(1)
      hub.open().follow(rate({ base: 'krw' }), 'now', { delivered() {}, reset() {}, failed() {} })
    }
    await clock.pass(20_000)
    expect(new Set(api.asked)).toEqual(new Set(['node1 krw']))
    expect(api.asked.length).toBe(3)
    await nodes[0]?.hub.close()
    api.price = 2
    await clock.pass(45_000)
    expect(await nodes[1]?.price()).toBe(2)
    expect(await nodes[2]?.price()).toBe(2)
  })

  test('is polled by another node as soon as it is due there, once who polled it has stopped, whatever its lease was', async () => {
    const { api, node, clock } = world()
    const seldom = node({ everyMs: 3_600_000 })
    expect(await seldom.price()).toBe(1)
    const often = node({ everyMs: 10_000 })
    expect(await often.price()).toBe(1)
    often.hub.open().follow(rate({ base: 'krw' }), 'now', { delivered() {}, reset() {}, failed() {} })
    await clock.pass(20_000)
    expect(api.asked).toEqual(['node1 krw'])
    await seldom.hub.close()
    api.price = 2
    await clock.pass(10_000)
    expect(await often.price()).toBe(2)
    expect(api.asked.slice(1)).toContain('node2 krw')
  })

  test('is not told by a leader whose time is over while it asked', async () => {
    const { api, node, clock, broker } = world()
    const { hub, price } = node()
    await price()
    let answer: (value: unknown) => void = () => {}
    api.answer = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    await clock.pass(10_000)
    // Another node has led since, and has told what is newer.
    const bounds = { size: 100, ttlMs: 60_000, bytes: 1 << 20 }
    const entry = { type: 'changed', payload: { price: 9 }, id: 'newer', time: 0 }
    await broker.append('rate:krw', [entry], bounds, { cursor: Number.MAX_SAFE_INTEGER - 1 })
    answer({ price: 8 })
    await clock.pass(100)
    expect(await price()).toBe(9)
    expect(hub.counters.published).toBe(1)
  })

  test('is polled for a kept page that is served, which is stale as soon as the data has changed', async () => {
    const { api, node, clock } = world()
    const { hub, snapshot } = node()
    const { position, version } = await snapshot()
    const policy = { maxAgeMs: 1e9, maxStaleMs: 0, maxBehind: 0, waitBehind: Infinity, minIntervalMs: 0 }
    const page = {
      about: null,
      parts: {},
      reads: [{ channel: 'rate:krw', position, version }],
      tags: [],
      mark: 0,
      renderedAt: clock.now(),
      policy,
    }
    const ask = async () => {
      const judged = Promise.resolve(hub.pageParts.judge.judge(page))
      await clock.pass(0)
      return (await judged).state
    }
    await clock.pass(600_000)
    const before = api.asked.length
    api.price = 2
    expect(await ask()).toBe('fresh')
    await clock.pass(1_100)
    expect(api.asked.length).toBe(before + 1)
    expect(await ask()).toBe('stale')
  })

  test('ends its polls with the hub', async () => {
    const { api, node, clock } = world()
    const { hub } = node()
    api.answer = () => new Promise(() => {})
    hub.snapshot(rate({ base: 'krw' })).catch(() => {})
    await settled()
    await hub.close()
    expect(api.aborted).toBe(1)
    await clock.pass(100_000)
    expect(api.asked.length).toBe(1)
  })
})

test('polled says what is wrong with its options, and with a channel that has nothing to publish', () => {
  const poll = () => ({ price: 1 })
  expect(() => polled(poll, { everyMs: 0 })).toThrow('"everyMs" is 0')
  expect(() => polled(poll, {} as never)).toThrow('"everyMs" is missing')
  const hub = createHub({ channels: [rate] })
  hubs.push(hub)
  expect(() => hub.on(rate, { access: 'public', snapshot: polled(poll, { everyMs: 1, type: 'gone' }) })).toThrow(
    'polled() publishes "gone"',
  )
  const silent = channel('silent', { events: { one: z.string(), other: z.string() } })
  const other = createHub({ channels: [silent] })
  hubs.push(other)
  expect(() => other.on(silent, { access: 'public', snapshot: polled(() => 'x', { everyMs: 1 }) })).toThrow(
    '"silent" has 2 event types',
  )
})
