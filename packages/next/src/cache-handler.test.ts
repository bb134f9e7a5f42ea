/** The cache handler as Next calls it, over a build in a folder, and the pages of a hub in front of it. */

import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHub, createMemoryPageStore, type Hub, type PagesOptions } from '@baro/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { replaceHub } from './attached-hub.ts'
import PageCacheHandler from './cache-handler.ts'
import { atStart } from './render-built-pages.ts'
import useCacheHandler from './use-cache-handler.ts'

const nextRequire = createRequire(import.meta.url)
const { nodeFs } = nextRequire('next/dist/server/lib/node-fs-methods.js')
const { default: ResponseCache } = nextRequire(
  'next/dist/server/response-cache/index.js',
) as typeof import('next/dist/server/response-cache/index.js')
const hour = 3_600_000
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
const set = (path: string, html: string, by = handler()) =>
  by.set(
    keyOf(path),
    {
      ...{ kind: 'APP_PAGE', html, rscData: Buffer.from(''), status: 200, postponed: undefined },
      ...{ segmentData: new Map(), headers: { 'x-next-cache-tags': `_N_T_/layout,_N_T_${path}` } },
    } as never,
    { cacheControl: { revalidate: 3600, expire: undefined } } as never,
  )

/** Next has rendered that there is no such page. */
const by404 = (path: string) => handler().set(keyOf(path), null, {} as never)

/** A page as `next build` leaves it, an hour ago. */
function build(path: string): void {
  const file = join(dir, keyOf(path))
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(`${file}.html`, 'of the build')
  writeFileSync(`${file}.rsc`, '')
  const headers = { 'x-next-cache-tags': `_N_T_/layout,_N_T_${path}` }
  writeFileSync(`${file}.meta`, JSON.stringify({ headers, status: 200 }))
  const then = new Date(Date.now() - hour)
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

/** Serves what answers as Next does, with its pages kept in front of it. */
async function serveFront(
  answer: (response: ServerResponse) => Promise<void>,
  policy: NonNullable<PagesOptions['policy']> = {},
  query: readonly string[] = [],
) {
  const front = hub.pageParts.inFrontOf(
    (_request, response) => {
      response.setHeader('x-nextjs-cache', 'HIT')
      return answer(response)
    },
    'x-nextjs-cache',
    { policy, query },
  )
  const server = createServer(front).listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd = () => {
    server.closeAllConnections()
    server.close()
  }
  return async (path = '/') => (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)).text()
}

/** A value of `'use cache'`. */
function entryOf(text: string) {
  const value = new Blob([text]).stream() as ReadableStream<Uint8Array>
  return { ...{ value, tags: ['a'], stale: 0, timestamp: Date.now() }, ...{ expire: 3_600, revalidate: 3_600 } }
}

async function htmlOf(path: string): Promise<string> {
  const entry = await get(path)
  return String((entry?.value as { html?: unknown } | undefined)?.html)
}

test('a render on demand marks what is kept of its page, and one at the start of another node marks nothing', async () => {
  writeFileSync(join(dir, 'prerender-manifest.json'), JSON.stringify({ preview: { previewModeId: 'secret' } }))
  const asking = (headers: Record<string, string>) =>
    new PageCacheHandler({
      ...{ fs: nodeFs, flushToDisk: true, serverDistDir: join(dir, 'server'), revalidatedTags: [] },
      ...{ maxMemoryCacheSize: 0, _requestHeaders: { 'x-prerender-revalidate': 'secret', ...headers } },
    } as never).get(keyOf('/told'), { kind: 'APP_PAGE', isFallback: false } as never)
  await set('/told', 'kept')
  await asking({ [atStart]: '1' })
  expect(await htmlOf('/told')).toBe('kept')
  expect(await asking({})).toBeNull()
  expect(await get('/told')).toBeNull()
})

test('in front of Next a page of the build gives way to what was rendered before anybody asked', async () => {
  build('/index')
  // Its render has begun before the first visitor comes, and is kept after that.
  const early = handler()
  const read = await serveFront(async (response) => {
    const html = await htmlOf('/index')
    response.setHeader('Cache-Control', html === 'of the build' ? 's-maxage=1' : 's-maxage=3600').end(html)
  })
  expect(await read()).toBe('of the build')
  await set('/index', 'rendered', early)
  await expect.poll(read).toBe('rendered')
})

test('what Next has rendered for another request is not kept in front of it, where nobody would know what it has read', async () => {
  let isShared = true
  const read = await serveFront(async (response) => {
    const html = isShared ? 'older' : await htmlOf('/index')
    response.setHeader('Cache-Control', 's-maxage=3600').end(html)
  })
  const early = handler()
  expect(await read()).toBe('older')
  isShared = false
  await set('/index', 'newer', early)
  expect(await read()).toBe('newer')
})

test.each(['for another form of the page', 'on demand'])(
  'who asks after a mark gets nothing of a render that Next had begun before it, %s',
  async (begun) => {
    const responses = new ResponseCache({ minimalMode: false, route: { kind: 'APP_ROUTE' } as never })
    let text = 'before'
    let rendered = 0
    let asked = 0
    let goOn = () => {}
    const render = async () => {
      const body = Buffer.from(text)
      if (++rendered === 1) await new Promise<void>((resolve) => (goOn = resolve))
      const value = { kind: 'APP_ROUTE', body, status: 200, headers: { 'x-next-cache-tags': '_N_T_/article' } }
      return { value, cacheControl: { revalidate: 3600, expire: undefined } }
    }
    /** Answers as Next does: with one render for all who ask meanwhile, whatever their query. */
    const bodyOf = async (isOnDemandRevalidate: boolean): Promise<string> => {
      asked++
      const context = { routeKind: 'APP_ROUTE', incrementalCache: handler(), isOnDemandRevalidate }
      const entry = await responses.get(keyOf('/article'), render as never, context as never)
      return String((entry as unknown as { value: { body: Buffer } }).value.body)
    }
    const read = await serveFront(
      async (response) => {
        const body = await bodyOf(false)
        response.setHeader('Cache-Control', 's-maxage=3600').end(body)
      },
      {},
      ['form'],
    )
    const before = begun === 'on demand' ? bodyOf(true) : read('/article?form=a')
    await expect.poll(() => rendered).toBe(1)
    text = 'after'
    await handler().revalidateTag('_N_T_/article', undefined)
    const after = read('/article?form=b')
    await expect.poll(() => asked).toBe(2)
    // Next asks its cache for the second, and joins it to the first.
    await new Promise((resolve) => setImmediate(resolve))
    goOn()
    expect(await before).toBe('before')
    expect(await after).toBe('after')
    expect(await read('/article?form=b')).toBe('after')
    expect(rendered).toBe(2)
  },
)

test('a page that Next cannot render anew is asked for once in its interval', async () => {
  build('/index')
  let asked = 0
  const read = await serveFront(
    async (response) => {
      asked++
      response.setHeader('Cache-Control', 's-maxage=1').end(await htmlOf('/index'))
    },
    { minInterval: '1h' },
  )
  for (let visitor = 0; visitor < 10; visitor++) expect(await read()).toBe('of the build')
  await expect.poll(() => asked).toBe(2)
  expect(await read()).toBe('of the build')
  expect(asked).toBe(2)
})

test('a store that does not answer ends no request: what it has may be marked, so Next renders', async () => {
  const store = createMemoryPageStore()
  let isAway = false
  const away = Object.fromEntries(
    Object.entries(store).map(([name, call]) => [
      name,
      (...given: never[]) =>
        isAway && name !== 'read' ? Promise.reject(new Error('away')) : Reflect.apply(call, store, given),
    ]),
  ) as unknown as typeof store
  await hub.close()
  hub = createHub({ channels: [], pageStore: away })
  replaceHub(hub)
  await set('/index', 'kept')
  await useCacheHandler.set('value', Promise.resolve(entryOf('kept')))
  isAway = true
  expect(await get('/index')).toBeNull()
  expect(await useCacheHandler.get('value', ['_N_T_/'])).toBeUndefined()
  await set('/index', 'rendered meanwhile')
  await by404('/gone')
  await useCacheHandler.set('value', Promise.resolve(entryOf('rendered meanwhile')))
  isAway = false
  expect(await htmlOf('/index')).toBe('kept')
  expect(await useCacheHandler.get('value', ['_N_T_/'])).toMatchObject({ tags: ['a'] })
})
