/** The cache handler as Next calls it, over a build in a folder, and the pages of a hub in front of it. */

import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHub, type Hub } from '@baro/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { replaceHub } from './attached-hub.ts'
import PageCacheHandler from './cache-handler.ts'

const { nodeFs } = createRequire(import.meta.url)('next/dist/server/lib/node-fs-methods.js')
const day = 86_400_000
let dir: string
let hub: Hub
let atEnd: () => void

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'built-'))
  hub = createHub({ channels: [] })
  replaceHub(hub)
  atEnd = () => {}
})

afterEach(async () => {
  atEnd()
  await hub.close()
  rmSync(dir, { recursive: true })
})

const keyOf = (path: string) => `/route-cache/APP_PAGE/0a1b/$${path}`
const handler = () =>
  new PageCacheHandler({
    ...{ fs: nodeFs, flushToDisk: true, serverDistDir: dir, revalidatedTags: [] },
    ...{ maxMemoryCacheSize: 0, _requestHeaders: {} },
  } as never)
const get = (path: string) => handler().get(keyOf(path), { kind: 'APP_PAGE', isFallback: false } as never)
const set = (path: string, html: string) =>
  handler().set(
    keyOf(path),
    {
      ...{ kind: 'APP_PAGE', html, rscData: Buffer.from(''), status: 200, postponed: undefined },
      ...{ segmentData: new Map(), headers: { 'x-next-cache-tags': `_N_T_/layout,_N_T_${path}` } },
    } as never,
    { cacheControl: { revalidate: 3600, expire: undefined } } as never,
  )

/** A page as `next build` leaves it, a day ago. */
function build(path: string): void {
  const file = join(dir, keyOf(path))
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(`${file}.html`, 'of the build')
  writeFileSync(`${file}.rsc`, '')
  const headers = { 'x-next-cache-tags': `_N_T_/layout,_N_T_${path}` }
  writeFileSync(`${file}.meta`, JSON.stringify({ headers, status: 200 }))
  const then = new Date(Date.now() - day)
  for (const ending of ['html', 'rsc', 'meta']) utimesSync(`${file}.${ending}`, then, then)
}

test('a page of the build is served until it is revalidated, by its path or by a tag', async () => {
  for (const path of ['/told', '/tagged', '/stale', '/other']) build(path)
  expect(await get('/told')).toMatchObject({ value: { html: 'of the build' } })
  await hub.revalidate('/told')
  await handler().revalidateTag('_N_T_/tagged', undefined)
  await handler().revalidateTag('_N_T_/stale', { expire: 3600 } as never)
  expect(await get('/told')).toBeNull()
  expect(await get('/tagged')).toBeNull()
  // To be served once more, and rendered behind that.
  const stale = await get('/stale')
  expect(stale?.value).toMatchObject({ html: 'of the build' })
  expect((stale?.lastModified ?? 0) + 1_000).toBeLessThanOrEqual(Date.now())
  expect(stale?.cacheControl).toMatchObject({ revalidate: 1 })
  expect(await get('/other')).toMatchObject({ value: { html: 'of the build' } })
})

test.each([
  ['/', '/index'],
  ['/rooms/1', '/rooms/1'],
  ['/rooms/%ED%95%9C', '/rooms/한'],
])('hub.revalidate of %s reaches what Next keeps under it', async (path, inKey) => {
  await set(inKey, 'before')
  expect(await get(inKey)).toMatchObject({ value: { html: 'before' } })
  await hub.revalidate(path)
  expect(await get(inKey)).toBeNull()
  await set(inKey, 'after')
  expect(await get(inKey)).toMatchObject({ value: { html: 'after' } })
})

test('in front of Next a page of the build gives way to what was rendered before anybody asked', async () => {
  build('/index')
  // Its render has begun before the first visitor comes, and is kept after that.
  const early = handler()
  const front = hub.pageParts.inFrontOf(async (_request, response) => {
    const entry = await get('/index')
    const html = String((entry?.value as { html?: unknown } | undefined)?.html)
    response.setHeader('Cache-Control', html === 'of the build' ? 's-maxage=1' : 's-maxage=3600').end(html)
  }, {})
  const server = createServer(front).listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd = () => {
    server.closeAllConnections()
    server.close()
  }
  const read = async () => (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)).text()
  expect(await read()).toBe('of the build')
  await early.set(
    keyOf('/index'),
    {
      ...{ kind: 'APP_PAGE', html: 'rendered', rscData: Buffer.from(''), status: 200, postponed: undefined },
      ...{ segmentData: new Map(), headers: {} },
    } as never,
    { cacheControl: { revalidate: 3600, expire: undefined } } as never,
  )
  await expect.poll(read).toBe('rendered')
})
