import { getHeapSnapshot } from 'node:v8'
import { gunzipSync } from 'node:zlib'
import type { KeptPage, NodeListener, PageStore } from '@baro/core/broker'
import { createSeededRandomness } from '@baro/testing'
import { describe, expect, test, vi } from 'vitest'
import { serve, tick, wall } from '../../test/http-stage.ts'
import { servePages } from '../../test/pages-stage.ts'
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
  async function setUp(render?: () => void) {
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
        render?.()
        response.setHeader('content-type', 'text/plain')
        response.end(JSON.stringify(value).padEnd(4_000))
      },
      { policy: { maxAge: '1h' } },
      { pageStore },
    )
    await stage.hub.publish(wall({ id: 1 }), 'message', secret, { id: 'the-secret' })
    await stage.page('/', { headers: { 'accept-encoding': 'gzip' } })
    const kept = () =>
      [...keys].flatMap((key) => Object.values((store.read(key) as KeptPage | undefined)?.parts ?? {})).map(plain)
    return { ...stage, clock: stage.clock, page: stage.page, hub: stage.hub, kept, parts }
  }
  const plain = (bytes: Uint8Array) => (bytes[0] === 0x1f ? gunzipSync(bytes) : Buffer.from(bytes)).toString()

  test('are in the store no more a second after, though nobody asked for the page, and held by nobody', async () => {
    const { hub, kept, parts, clock } = await setUp()
    expect(kept().join()).toContain(secret)
    await hub.redact(wall({ id: 1 }), 'the-secret')
    await clock.pass(1_000)
    expect(kept()).toEqual([])
    await tick()
    // It collects what nobody holds, buffers outside of the heap included.
    getHeapSnapshot().destroy()
    await vi.waitUntil(() => [...parts].every((part) => part.deref() === undefined), { timeout: 60_000 })
    expect(parts.size).toBeGreaterThan(0)
  })

  test('are not put back by a render that began before', async () => {
    let isHeld: Promise<void> | undefined
    let release = () => {}
    const { hub, page, kept, clock } = await setUp()
    const held = await servePages(
      async (_request, response, stage) => {
        const { value } = await stage.hub.snapshot(wall({ id: 1 }))
        await isHeld
        response.end(JSON.stringify(value))
      },
      { policy: { maxAge: '1h' } },
    )
    await held.hub.publish(wall({ id: 1 }), 'message', secret, { id: 'the-secret' })
    isHeld = new Promise((resolve) => {
      release = resolve
    })
    const slow = held.page()
    await vi.waitUntil(() => held.rendered.length === 1)
    await held.hub.redact(wall({ id: 1 }), 'the-secret')
    await held.clock.pass(1_000)
    release()
    isHeld = undefined
    await slow
    expect((await held.page()).text).toBe('[]')
    await hub.redact(wall({ id: 1 }), 'the-secret')
    await clock.pass(1_000)
    expect(JSON.stringify(kept())).not.toContain(secret)
    expect((await page()).text).not.toContain(secret)
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
