import { pageStoreSuite } from '@baro/testing/page-store-suite'
import { createCuttable, type RedisCluster, type RedisServer, startRedis, startRedisCluster } from '@baro/testing/redis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createRedisPageStore, createRedisPageStoreOver } from './redis-page-store.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }
const policy = { maxAgeMs: 1, maxStaleMs: 1, maxBehind: 0, waitBehind: 0, minIntervalMs: 1 }
const page = (renderedAt: number) => ({
  ...{ about: null, parts: { identity: Uint8Array.of(1, 2, 3) }, reads: [], tags: ['a'], mark: 0, renderedAt, policy },
})

let single: RedisServer
let cluster: RedisCluster

beforeAll(async () => {
  ;[single, cluster] = await Promise.all([startRedis(), startRedisCluster()])
})

afterAll(async () => {
  await Promise.all([single.close(), cluster.close()])
})

for (const [name, place] of [
  ['redis', () => ({ url: single.url })],
  ['redis cluster', () => ({ cluster: cluster.urls })],
] as const)
  pageStoreSuite(
    name,
    async ({ clock, store, maxBytes }) =>
      createRedisPageStoreOver(
        { now: () => clock.now(), elapsed: () => clock.elapsed() },
        { ...place(), prefix: store, maxBytes, waitMs: 30_000, log },
      ),
    { nodes: 2, seenWithinMs: 1_000 },
  )

describe('a page store on Redis', () => {
  test('while Redis is away it hands out the copies that it has, and nobody knows whether they are marked', async () => {
    const way = await createCuttable(single.port)
    const store = await createRedisPageStore({
      url: `redis://127.0.0.1:${way.port}`,
      prefix: 'away',
      waitMs: 1_000,
      log,
    })
    await store.write('a', page(1))
    way.cut()
    await vi.waitUntil(async () => (await Promise.resolve(store.lastMark()).catch(() => 'away')) === 'away', {
      timeout: 60_000,
    })
    expect(await store.read('a')).toMatchObject({ renderedAt: 1 })
    await expect(store.read('b')).rejects.toMatchObject({ code: 'unavailable' })
    await vi.waitUntil(async () => (await Promise.resolve(store.marksOf(['a'])).catch(() => 'away')) === 'away', {
      timeout: 60_000,
    })
    way.mend()
    await vi.waitUntil(async () => (await Promise.resolve(store.read('b')).catch(() => 'away')) === undefined, {
      timeout: 60_000,
    })
    await store.close()
    way.close()
  })

  test('what was rendered before Redis lost its marks counts as marked', async () => {
    const elapsed = { ms: 0 }
    const parts = { elapsed: () => elapsed.ms }
    const store = await createRedisPageStoreOver(parts, { url: single.url, prefix: 'lost', waitMs: 30_000, log })
    const before = await store.lastMark()
    await store.mark(['a'])
    await single.command('DEL', 'lost{pages}:marks')
    elapsed.ms = 1_000
    const [a = 0, b = 0] = await store.marksOf(['a', 'b'])
    expect([a > before, b > before]).toEqual([true, true])
    expect(await store.lastMark()).toBeGreaterThanOrEqual(Math.max(a, b))
    await store.close()
  })

  test('a page that Redis evicted is not there, and takes no room any more', async () => {
    const elapsed = { ms: 0 }
    const parts = { elapsed: () => elapsed.ms }
    const store = await createRedisPageStoreOver(parts, { url: single.url, prefix: 'evicted', waitMs: 30_000, log })
    await store.write('a', page(1))
    await single.command('DEL', 'evicted{pages}:p:a')
    elapsed.ms = 1_000
    expect(await store.read('a')).toBeUndefined()
    expect(await single.command('HGETALL', 'evicted{pages}:sizes')).toBe('\n0')
    await store.close()
  })

  test('a Redis that may evict will do; keys of another application fail alone', async () => {
    const evicting = await startRedis('--maxmemory-policy', 'allkeys-lru')
    const store = await createRedisPageStore({ url: evicting.url, waitMs: 30_000, log })
    await evicting.command('SET', 'baro{pages}:p:a', 'of somebody else')
    await expect(store.read('a')).rejects.toMatchObject({ code: 'unavailable' })
    await store.write('b', page(1))
    expect(await store.read('b')).toMatchObject({ renderedAt: 1 })
    await store.close()
    await evicting.close()
  })

  test('an option that makes no sense is refused', async () => {
    await expect(createRedisPageStore({ maxBytes: -1 })).rejects.toMatchObject({ code: 'bad-definition' })
  })
})
