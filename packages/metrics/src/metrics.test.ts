import { readFileSync } from 'node:fs'
import { channel } from '@baro/core'
import { createHub, type Hub, type HubObserver, type HubOptions } from '@baro/server'
import { Registry } from 'prom-client'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type MetricsOptions, mount } from './index.ts'
import { measure } from './measures.ts'

const room = channel('room:{id}', {
  events: { message: z.object({ text: z.string() }) },
  signals: { typing: z.object({}) },
})
const key = 'a key of metrics that nobody guesses'
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function serve(options?: MetricsOptions, hubOptions: Partial<HubOptions> = {}) {
  const log = { info() {}, warn() {}, error() {} }
  const hub = createHub({ channels: [room], log, ...hubOptions })
  hub.on(room, {
    access: 'public',
    events: { message: ({ payload, publish }) => publish('message', payload) },
    signals: { typing: ({ payload, signal }) => signal('typing', payload) },
  })
  const metrics = mount(hub, options)
  const { port, close } = await hub.listen(0, '127.0.0.1')
  ends.push(close, () => hub.close())
  const read = (headers: Record<string, string> = {}, path = '/baro/metrics') =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers })
  return { hub, metrics, port, read }
}

/** The samples of a name, by their labels. */
async function samplesOf(text: string, name: string): Promise<Readonly<Record<string, number>>> {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
  return Object.fromEntries(
    lines.map((line) => [line.slice(name.length, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  )
}

/** A participant in a room, once it is live. */
const follow = (hub: Hub, id: number) =>
  new Promise<void>((resolve) => {
    const told = { delivered: () => resolve(), reset: () => resolve(), failed: () => resolve() }
    hub.open({ user: { id: `user ${id}` } }).follow(room({ id }), undefined, told)
  })

describe('the metrics of a hub', () => {
  test('count what it does, under the names of the document', async () => {
    const { hub, port, read } = await serve()
    await follow(hub, 1)
    const body = JSON.stringify({ type: 'message', payload: { text: 'hello' } })
    await fetch(`http://127.0.0.1:${port}/baro/channels/room:1`, { method: 'POST', body })
    await hub.signal(room({ id: 1 }), 'typing', {})
    await fetch(`http://127.0.0.1:${port}/baro/channels/lobby`)
    const text = await (await read()).text()
    expect(await samplesOf(text, 'baro_publications_total')).toEqual({ '': 1 })
    expect(await samplesOf(text, 'baro_deliveries_total')).toEqual({ '': 1 })
    expect(await samplesOf(text, 'baro_signals_total')).toEqual({ '': 1 })
    expect(await samplesOf(text, 'baro_connections')).toEqual({ '{rung="process"}': 1 })
    expect(await samplesOf(text, 'baro_refusals_total')).toEqual({ '{code="unknown-channel"}': 1 })
    expect(await samplesOf(text, 'baro_handler_seconds_count')).toEqual({ '{pattern="room:{id}",type="message"}': 1 })
    expect(await samplesOf(text, 'baro_delivery_lag_seconds_count')).toEqual({ '{source="broker"}': 1 })
    expect((await samplesOf(text, 'baro_resets_total'))['{reason="none"}']).toBe(1)
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds')
  })

  test('have no series that grows with users or channels', async () => {
    const { hub, metrics } = await serve({ process: false })
    const seriesWith = async (count: number) => {
      for (let id = 0; id < count; id++) {
        await follow(hub, id)
        await hub.publish(room({ id }), 'message', { text: 'hello' })
      }
      return (await metrics.registry.metrics()).split('\n').length
    }
    const few = await seriesWith(2)
    expect(await seriesWith(100)).toBe(few)
  })

  test('tell the lag of a broker and of a database apart, and bound what they know of handlers', async () => {
    const registry = new Registry()
    const observers: HubObserver[] = []
    const observe: Hub['observe'] = (observer) => {
      observers.push(observer)
      return () => {}
    }
    measure({ ...createHub({ channels: [] }), observe } as Hub, registry)
    const [told] = observers
    const batch = { follows: 0, offset: 1, publications: 1, readers: 1 }
    for (const channel of ['room:1', 'rows:orders', 'rows:orders'])
      told?.delivered?.({ name: 'delivered', atMs: 1_030, publishedAtMs: 1_000, channel, ...batch })
    for (let number = 0; number < 1_000; number++)
      told?.handled?.({
        name: 'handled',
        atMs: 1,
        channel: 'room:1',
        pattern: 'room:{id}',
        type: `t${number}`,
        tookMs: 1,
      })
    const text = await registry.metrics()
    expect(await samplesOf(text, 'baro_delivery_lag_seconds_count')).toEqual({
      '{source="broker"}': 1,
      '{source="database"}': 2,
    })
    const handled = await samplesOf(text, 'baro_handler_seconds_count')
    expect(Object.keys(handled)).toHaveLength(201)
    expect(handled['{pattern="other",type="other"}']).toBe(800)
  })

  test('every name of the board is one of them, and every one of ours is in the document', async () => {
    const { metrics } = await serve()
    const names = metrics.registry.getMetricsAsArray().map(({ name }) => name)
    const board = readFileSync(new URL('../grafana.json', import.meta.url), 'utf8')
    const asked = [...board.matchAll(/\b(?:baro|nodejs|process)_[a-z0-9_]+/g)].map(([name]) =>
      name.replace(/_bucket$/, ''),
    )
    expect(asked.length).toBeGreaterThan(10)
    expect(asked.filter((name) => !names.includes(name))).toEqual([])
    for (const language of ['', 'ko/']) {
      const page = readFileSync(new URL(`../../../docs/${language}observe.md`, import.meta.url), 'utf8')
      expect(names.filter((name) => name.startsWith('baro_') && !page.includes(`\`${name}\``))).toEqual([])
    }
  })
})

describe('who may read them', () => {
  test('is this machine alone while there is no key: not through a proxy, nor under another name', async () => {
    const { read } = await serve()
    expect((await read()).status).toBe(200)
    expect((await read({ 'x-forwarded-for': '203.0.113.7' })).status).toBe(403)
    expect((await read({ 'x-real-ip': '203.0.113.7' })).status).toBe(403)
  })

  test('is whoever shows the key, and nobody else', async () => {
    const { read } = await serve({ key })
    expect((await read()).status).toBe(401)
    expect((await read({ authorization: 'Bearer a key of metrics that somebody guesses' })).status).toBe(401)
    expect((await read({ authorization: `Bearer ${key}` })).status).toBe(200)
  })

  test('is told in the options: a key that could be guessed is refused', () => {
    expect(() => mount(createHub({ channels: [room] }), { key: '1234' })).toThrow('24 characters')
  })
})

test('they may have another path, but not one that the hub has', async () => {
  const { read } = await serve({ path: '/internal/metrics' })
  expect((await read({}, '/internal/metrics')).status).toBe(200)
  expect(() => mount(createHub({ channels: [] }), { path: '/baro/health' })).toThrow('Choose another path')
})
