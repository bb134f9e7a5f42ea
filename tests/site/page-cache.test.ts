import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

type Cache = InstanceType<typeof import('../../examples/site/server/page-cache.ts').default>

const { nodeFs } = createRequire(new URL('../../examples/site/package.json', import.meta.url))(
  'next/dist/server/lib/node-fs-methods.js',
)
const mebibyte = 1 << 20
let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pages-'))
})

afterEach(() => rmSync(dir, { recursive: true }))

/** The cache as a process that has just started makes it; it keeps nothing in memory, so that all it has is on the disk. */
async function start(): Promise<Cache> {
  vi.resetModules()
  const { default: PageCache } = await import('../../examples/site/server/page-cache.ts')
  return new PageCache({
    fs: nodeFs,
    flushToDisk: true,
    serverDistDir: dir,
    revalidatedTags: [],
    maxMemoryCacheSize: 0,
    _requestHeaders: {},
  })
}

const keyOf = (room: string) => `/route-cache/APP_PAGE/0a1b/$/en/rooms/${room}`

async function write(
  cache: Cache,
  room: string,
  { bytes = mebibyte, status = 200, position = 'x' } = {},
): Promise<void> {
  const part = Buffer.alloc(bytes / 4, 'x')
  const page = {
    kind: 'APP_PAGE',
    html: 'x'.repeat(bytes / 2),
    rscData: Buffer.concat([part, Buffer.from(`{"position":"${position}"}`)]),
    segmentData: new Map([['/_tree', part]]),
    headers: {},
    status,
    postponed: undefined,
  }
  await cache.set(keyOf(room), page as never, { cacheControl: { revalidate: 3600, expire: undefined } } as never)
}

async function has(cache: Cache, room: string): Promise<boolean> {
  const found = await cache.get(keyOf(room), { kind: 'APP_PAGE', isFallback: false } as never)
  return found !== null
}

function bytesOnDisk(): number {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true })
  return entries.reduce(
    (sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0),
    0,
  )
}

const rooms = Array.from({ length: 50 }, (_, index) => `room-${index}`)

test('I7: pages of however many rooms take 32 MiB of the disk, and those that are read stay', async () => {
  const cache = await start()
  for (const room of rooms) {
    await write(cache, room)
    expect(await has(cache, 'room-0')).toBe(true)
    expect(bytesOnDisk()).toBeLessThanOrEqual(32 * mebibyte)
  }
  expect(bytesOnDisk()).toBeGreaterThan(30 * mebibyte)
  const kept = await Promise.all(rooms.map((room) => has(cache, room)))
  expect(kept.indexOf(true, 1)).toBe(50 - (kept.filter(Boolean).length - 1))
})

test('I7: so do those that are written at once', async () => {
  const cache = await start()
  await Promise.all(rooms.map((room) => write(cache, room)))
  expect(bytesOnDisk()).toBeLessThanOrEqual(32 * mebibyte)
  expect(await has(cache, 'room-49')).toBe(true)
})

test('a page outlives the process, and counts in the next one', async () => {
  const before = await start()
  for (const room of rooms.slice(0, 20)) await write(before, room)
  const after = await start()
  expect(await has(after, 'room-0')).toBe(true)
  for (const room of rooms.slice(20)) await write(after, room)
  expect(bytesOnDisk()).toBeLessThanOrEqual(32 * mebibyte)
  expect(await has(after, 'room-1')).toBe(false)
})

test('a page that says there is nothing is not kept', async () => {
  const cache = await start()
  for (const status of [404, 500]) await write(cache, 'nothing', { status })
  expect(await has(cache, 'nothing')).toBe(false)
  expect(bytesOnDisk()).toBe(0)
})

test('a page whose snapshot stands nowhere is never served from here', async () => {
  const cache = await start()
  await write(cache, 'built', { position: 'none' })
  expect(await has(cache, 'built')).toBe(false)
  await write(cache, 'built', { position: '1.abc.7.x' })
  expect(await has(cache, 'built')).toBe(true)
})
