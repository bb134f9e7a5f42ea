/**
 * Next's cache of `'use cache'`, on the page store of the hub. Name it in `next.config.ts`:
 *
 *   cacheHandlers: { default: require.resolve('@baro/next/use-cache-handler') }
 */
import type { KeptPage } from '@baro/core/broker'
import type { CacheEntry, CacheHandler } from 'next/dist/server/lib/cache-handlers/types.js'
import { findHub } from './attached-hub.ts'
import { begin, isMarked, isMarkedStale, markTags, policyWithoutTime, tagOfNext } from './kept-entries.ts'
import { putTogether, takeApart } from './kept-value.ts'

/** What is kept of an entry beside its bytes. */
type KeptEntry = Omit<CacheEntry, 'value'> & { readonly value: Buffer }

/** By key: entries that are on their way. They wait for each other, or two renders of one value would run. */
const pending = new Map<string, Promise<void>>()

/**
 * Keeps what `'use cache'` has rendered, and judges it by the positions in it, on all nodes that share a page store: named in
 * `next.config` as `cacheHandlers: { default: require.resolve('@baro/next/use-cache-handler') }`.
 */
const useCacheHandler: CacheHandler = {
  async get(key, softTags) {
    await pending.get(key)
    const hub = findHub()
    const page = hub && (await Promise.resolve(hub.pageParts.store.read(storeKey(key))).catch(() => undefined))
    if (!page) return undefined
    const { judge, records, now } = hub.pageParts
    const verdict = await judge.judge(page)
    // Whoever serves the page around it serves that stale. Served here as well, its positions would be in the next render.
    if (verdict.state === 'miss' || (verdict.state === 'stale' && verdict.mayRender)) return undefined
    if (await isMarked(hub, page, softTags)) return undefined
    const { value, ...entry } = putTogether(page) as KeptEntry
    if (now() > entry.timestamp + entry.revalidate * 1_000) return undefined
    const isStale = await isMarkedStale(hub, page, [...entry.tags, ...softTags])
    for (const read of page.reads) records.current?.add(read)
    return { ...entry, revalidate: isStale ? -1 : entry.revalidate, value: streamOf(value) }
  },

  async set(key, pendingEntry) {
    const kept = keep(key, pendingEntry)
    const settled = kept.catch(() => {})
    pending.set(key, settled)
    void settled.then(() => {
      if (pending.get(key) === settled) pending.delete(key)
    })
    await settled
  },

  async refreshTags() {},

  // The marks of soft tags are looked at in `get`.
  getExpiration: async () => Number.POSITIVE_INFINITY,

  updateTags: (tags, durations) => markTags(findHub(), tags, durations),
}

export default useCacheHandler

async function keep(key: string, pendingEntry: Promise<CacheEntry>): Promise<void> {
  const hub = findHub()
  const record = hub?.pageParts.records.current
  const before = hub ? (await begin(hub.pageParts)).mark : 0
  const entry = await pendingEntry
  // It is dynamic, and is made anew at each request.
  if (!hub || entry.expire === 0) return void entry.value.cancel().catch(() => {})
  const { store, judge, embeddedReads } = hub.pageParts
  const chunks: Uint8Array[] = []
  for await (const chunk of entry.value) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const reads = await judge.settle([...(record?.reads ?? []), ...embeddedReads(bytes)])
  const page: KeptPage = {
    ...takeApart({ ...entry, value: bytes }),
    reads,
    tags: [...entry.tags.map(tagOfNext), ...new Set(reads.map(({ channel }) => `channel:${channel}`))],
    mark: Math.min(record?.mark ?? before, before),
    renderedAt: entry.timestamp,
    policy: policyWithoutTime(hub),
  }
  await store.write(storeKey(key), page)
}

function storeKey(key: string): string {
  return `use-cache ${key}`
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(bytes))
      controller.close()
    },
  })
}
