/** Next's own IncrementalCache over our handler: what a page fetches. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { channel } from '@baro/core'
import { createHub, type Hub } from '@baro/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { replaceHub } from './attached-hub.ts'
import PageCacheHandler from './cache-handler.ts'
import useCacheHandler from './use-cache-handler.ts'

const nextRequire = createRequire(import.meta.url)
const { nodeFs } = nextRequire('next/dist/server/lib/node-fs-methods.js')
const { IncrementalCache } = nextRequire('next/dist/server/lib/incremental-cache/index.js')

const prices = channel('prices', {
  events: { price: z.number() },
  state: { initial: () => 0, on: { price: (_: number, { payload }: { payload: number }) => payload } },
})
let dir: string
let hub: Hub

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fetch-'))
  hub = createHub({ channels: [prices] })
  hub.on(prices, { access: 'public', events: { price: ({ payload, publish }) => publish('price', payload) } })
  replaceHub(hub)
})
afterEach(async () => {
  vi.useRealTimers()
  await hub.close()
  rmSync(dir, { recursive: true })
})

const incremental = (handler: unknown = PageCacheHandler) =>
  new IncrementalCache({
    ...{ fs: nodeFs, dev: false, flushToDisk: true, minimalMode: false, serverDistDir: dir, requestHeaders: {} },
    ...{ maxMemoryCacheSize: 50_000_000, previewProps: { previewModeId: 'x' }, CurCacheHandler: handler },
    prerenderManifest: { routes: {}, dynamicRoutes: {}, notFoundRoutes: [], preview: {}, version: 4 },
  })
const key = 'a'.repeat(64)
const value = (body: string) => ({
  ...{ kind: 'FETCH', revalidate: 3600 },
  data: { headers: {}, body: Buffer.from(body).toString('base64'), status: 200, url: 'https://api.example/rates' },
})
const ctx = { kind: 'FETCH', revalidate: 3600, fetchUrl: 'https://api.example/rates', fetchIdx: 1, tags: ['posts'] }
const softTags = ['_N_T_/layout', '_N_T_/products/42']

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] })
})

test('what was fetched is stale after revalidateTag(tag, "max"), however often it is asked for, until it was fetched anew', async () => {
  await incremental().set(key, value('old'), { fetchCache: true, tags: ['posts'], fetchUrl: ctx.fetchUrl })
  vi.advanceTimersByTime(20)
  expect((await incremental().get(key, { ...ctx, softTags })).isStale).toBe(false)
  await incremental().revalidateTag(['posts'], { expire: 31_536_000 })
  for (let day = 0; day < 3; day++) {
    vi.advanceTimersByTime(86_400_000)
    expect((await incremental().get(key, { ...ctx, softTags })).isStale).toBe(true)
  }
  await incremental().set(key, value('new'), { fetchCache: true, tags: ['posts'], fetchUrl: ctx.fetchUrl })
  vi.advanceTimersByTime(20)
  expect(await incremental().get(key, { ...ctx, softTags })).toMatchObject({
    isStale: false,
    value: { data: { body: Buffer.from('new').toString('base64') } },
  })
})

test('in front of Next a page is not made of data that is marked stale: it is fetched anew', async () => {
  await incremental().set(key, value('old'), { fetchCache: true, tags: ['posts'], fetchUrl: ctx.fetchUrl })
  vi.advanceTimersByTime(20)
  await incremental().revalidateTag(['posts'], { expire: 31_536_000 })
  const lacked: boolean[] = []
  const front = hub.pageParts.inFrontOf(async (_request, response) => {
    const got = await incremental().get(key, { ...ctx, softTags })
    // Rendered for the page of all, and nobody else has asked yet.
    if (hub.pageParts.records.current?.isKept) lacked.push(got === null)
    response.end()
  }, 'x-nextjs-cache')
  const server = createServer(front).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  const { port } = server.address() as AddressInfo
  await (await fetch(`http://127.0.0.1:${port}/`)).text()
  expect(lacked.length).toBeGreaterThan(0)
  expect(lacked).not.toContain(false)
  server.closeAllConnections()
  server.close()
})

test('what a page fetches after a snapshot is fetched anew when its time is over, though the channel has moved', async () => {
  await hub.publish(prices(), 'price', 1)
  await hub.pageParts.recorded('/', async () => {
    await hub.snapshot(prices())
    await incremental().set(key, value('old'), { fetchCache: true, tags: ['posts'], fetchUrl: ctx.fetchUrl })
  })
  await hub.publish(prices(), 'price', 2)
  vi.advanceTimersByTime(3_500_000)
  expect((await incremental().get(key, { ...ctx, softTags })).isStale).toBe(false)
  vi.advanceTimersByTime(200_000)
  expect((await incremental().get(key, { ...ctx, softTags })).isStale).toBe(true)
})

test('hub.revalidate of a path reaches what its page has fetched, as revalidatePath does', async () => {
  await incremental().set(key, value('old'), { fetchCache: true, tags: ['posts'], fetchUrl: ctx.fetchUrl })
  await hub.revalidate('/products/42')
  expect(await incremental().get(key, { ...ctx, softTags })).toBeNull()
})

test('hub.revalidate of a path reaches what its page keeps by use cache, as revalidatePath does', async () => {
  const stream = new Blob(['old']).stream() as ReadableStream<Uint8Array>
  const entry = { value: stream, tags: [], stale: 0, timestamp: Date.now(), expire: 3_600, revalidate: 3_600 }
  await useCacheHandler.set('value', Promise.resolve(entry))
  await hub.revalidate('/products/42')
  expect(await useCacheHandler.get('value', softTags)).toBeUndefined()
})
