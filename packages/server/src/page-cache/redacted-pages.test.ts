import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gunzipSync } from 'node:zlib'
import type { KeptPage, NodeListener, PageStore } from '@baro/core/broker'
import { createSeededRandomness } from '@baro/testing'
import { describe, expect, test, vi } from 'vitest'
import { serve, tick, wall } from '../../test/http-stage.ts'
import { servePages } from '../../test/pages-stage.ts'
import type { HubOptions } from '../hub/hub.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'
import { createMemoryPageStore } from './memory-page-store.ts'

const secret = 'a secret'

describe('a kept page that shows what was taken back', () => {
  async function setUp(hear?: (listener: NodeListener) => void) {
    const broker = createMemoryBroker()
    const node = (own: Partial<typeof broker> = {}) =>
      servePages(
        async (_request, response, { hub }) =>
          response.end(JSON.stringify((await hub.snapshot(wall({ id: 1 }))).value)),
        // However far behind it may be.
        { policy: { maxAge: '1h', maxBehind: 1_000, waitBehind: 1_000 } },
        { broker: { ...broker, ...own }, randomness: createSeededRandomness(String(own.hear)) },
      )
    const one = await node()
    const two = await node({
      hear: broker.hear,
      ...(hear && {
        async hear(listener) {
          hear(listener)
          return () => {}
        },
      }),
    })
    await one.hub.publish(wall({ id: 1 }), 'message', secret, { id: 'the-secret' })
    for (const { page } of [one, two]) expect((await page()).text).toContain(secret)
    return { one, two }
  }

  test('is given to nobody any more, also on a node with a page store of its own', async () => {
    const { one, two } = await setUp()
    expect((await two.page()).cacheStatus).toContain('hit')
    await one.hub.redact(wall({ id: 1 }), 'the-secret')
    await tick()
    for (const { page } of [one, two]) expect((await page()).text).toBe('[]')
  })

  test('is given to nobody by a node that may have missed it, once it hears again', async () => {
    const listeners: NodeListener[] = []
    const { one, two } = await setUp((listener) => listeners.push(listener))
    await one.hub.redact(wall({ id: 1 }), 'the-secret')
    expect((await two.page()).text).toContain(secret)
    for (const { lost } of listeners) lost()
    await tick()
    expect((await two.page()).text).toBe('[]')
  })
})

describe('the bytes of a page', () => {
  async function setUp(options: Partial<HubOptions> = {}, gate: { held?: Promise<void> | undefined } = {}) {
    const store = createMemoryPageStore()
    const keys = new Set<string>()
    const parts = new Set<WeakRef<Uint8Array>>()
    const pageStore: PageStore = {
      ...store,
      write(key, page) {
        keys.add(key)
        for (const part of Object.values(page.parts)) parts.add(new WeakRef(part))
        return store.write(key, page)
      },
    }
    const stage = await servePages(
      async (_request, response, { hub }) => {
        const { value } = await hub.snapshot(wall({ id: 1 }))
        await gate.held
        response.setHeader('content-type', 'text/plain')
        response.end(JSON.stringify(value).padEnd(4_000))
      },
      { policy: { maxAge: '1h' } },
      { pageStore, ...options },
    )
    await stage.hub.publish(wall({ id: 1 }), 'message', secret, { id: 'the-secret' })
    await stage.page('/', { headers: { 'accept-encoding': 'gzip' } })
    const kept = () =>
      [...keys].flatMap((key) => Object.values((store.read(key) as KeptPage | undefined)?.parts ?? {})).map(plain)
    const { hub, page, clock, rendered } = stage
    return { hub, page, clock, rendered, kept, parts }
  }
  const plain = (bytes: Uint8Array) => (bytes[0] === 0x1f ? gunzipSync(bytes) : Buffer.from(bytes)).toString()

  test('are in the store no more a second after, though nobody asked for the page, and held by nobody', async () => {
    const { hub, kept, parts, clock } = await setUp()
    expect(kept().join()).toContain(secret)
    await hub.redact(wall({ id: 1 }), 'the-secret')
    await clock.pass(1_000)
    expect(kept()).toEqual([])
    await tick()
    // Buffers are outside of the heap that a snapshot of it shows: whether nobody holds them, collecting them tells.
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    await vi.waitUntil(
      () => {
        collect()
        return [...parts].every((part) => part.deref() === undefined)
      },
      { timeout: 60_000 },
    )
    expect(parts.size).toBeGreaterThan(0)
  })

  test('are gone too on a node that may have missed what was taken back, a second after it hears again', async () => {
    const listeners: NodeListener[] = []
    const broker = createMemoryBroker()
    const { kept, clock } = await setUp({
      broker: {
        ...broker,
        async hear(listener) {
          listeners.push(listener)
          return () => {}
        },
      },
    })
    expect(kept().join()).toContain(secret)
    for (const { lost } of listeners) lost()
    await clock.pass(1_000)
    expect(kept()).toEqual([])
  })

  test('are not put back by a render that began before, and nobody gets what comes of it', async () => {
    let release = () => {}
    const gate: { held?: Promise<void> | undefined } = {}
    const { hub, page, rendered, kept, clock } = await setUp({}, gate)
    gate.held = new Promise((resolve) => {
      release = resolve
    })
    const slow = page('/slow')
    await vi.waitUntil(() => rendered.includes('GET /slow'))
    // It has read the state, and waits.
    await tick()
    await hub.redact(wall({ id: 1 }), 'the-secret')
    const late = page('/slow')
    await clock.pass(1_000)
    gate.held = undefined
    release()
    for (const { text } of [await slow, await late]) expect(text.trim()).toBe('[]')
    await tick()
    expect(kept().join()).not.toContain(secret)
    expect((await page('/slow')).text.trim()).toBe('[]')
  })
})

test('a page that shows what was taken back is nothing to fall back on when its render fails', async () => {
  let fails = false
  const { hub, page } = await servePages(
    async (_request, response, stage) => {
      const { value } = await stage.hub.snapshot(wall({ id: 1 }))
      if (fails) throw new Error('a fault of the application')
      response.end(JSON.stringify(value))
    },
    { policy: { maxAge: '1h' } },
  )
  await hub.publish(wall({ id: 1 }), 'message', secret, { id: 'the-secret' })
  expect((await page()).text).toContain(secret)
  fails = true
  await hub.redact(wall({ id: 1 }), 'the-secret')
  for (const { status, text } of [await page(), await page()]) {
    expect(status).toBeGreaterThanOrEqual(500)
    expect(text).not.toContain(secret)
  }
})

test('a range of a moderated channel is closed, and may not stay in caches', async () => {
  const { hub, ask } = await serve()
  const { position } = await hub.publish(wall({ id: 1 }), 'message', 'a')
  for (const text of ['b', 'c']) await hub.publish(wall({ id: 1 }), 'message', text)
  const { body, headers } = await ask(`/baro/channels/wall:1?after=${position}&limit=1`)
  expect(body.more).toBe(true)
  expect(headers['cache-control']).toBe('public, max-age=0, s-maxage=1, no-transform')
})
