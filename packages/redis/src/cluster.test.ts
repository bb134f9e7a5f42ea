import type { Delivery } from '@baro/core/broker'
import { type RedisCluster, type RedisServer, startRedisCluster } from '@baro/testing/redis'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Buckets, bucketCount } from './bucket.ts'
import { createRedisBroker, type RedisBroker } from './redis-broker.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }
const bounds = { size: 10_000, ttlMs: 3_600_000, bytes: 1 << 24 }
const all = { after: 0, limit: 10_000, bytes: 1 << 24 }

let cluster: RedisCluster
let broker: RedisBroker

beforeEach(async () => {
  cluster = await startRedisCluster('--cluster-require-full-coverage', 'no')
  broker = await createRedisBroker({ cluster: cluster.urls, waitMs: 60_000, compareMs: 300, log })
})

afterEach(async () => {
  await broker?.close()
  await cluster?.close()
})

const append = async (channel: string, id: string) =>
  broker.append(channel, [{ type: 'message', payload: id, id, time: 1 }], bounds)
const keyOf = (channel: string) => new Buckets('baro', bucketCount).keyFor(channel)

test('I2, I5: while a slot moves, key by key, its channels wait: nothing is lost, nothing begins anew, and followers go on', async () => {
  const deliveries: Delivery[] = []
  let losses = 0
  await broker.follow('room:1', {
    deliver: (delivery) => void deliveries.push(delivery),
    signal: () => {},
    lost: () => void losses++,
  })
  const ids: string[] = []
  const publish = async () => {
    const id = `id-${ids.length}`
    ids.push(id)
    expect(await append('room:1', id)).toMatchObject({ outcome: 'appended' })
  }
  for (let count = 0; count < 3; count++) await publish()
  const key = { scope: 'user-1', id: 'a' }
  await broker.claim('room:1', key, { windowMs: 60_000, share: { of: 'application' } })
  await broker.presence.touch(
    'baro~members:room:1',
    'A',
    { number: 1, held: [{ id: 'ada', state: 1 }], released: [] },
    { leaseMs: 60_000 },
  )
  const [before] = await broker.heads(['room:1'])

  const waiting: Promise<void>[] = []
  await cluster.moveSlot(keyOf('room:1'), () => void waiting.push(publish()))
  await Promise.all(waiting)
  expect(waiting.length).toBeGreaterThan(3)
  await publish()
  const view = await broker.read('room:1', all)
  expect(view.epoch).toBe(before?.epoch)
  expect(view.publications.map(({ id }) => id).sort()).toEqual([...ids].sort())
  expect(view.floor).toBe(0)
  expect(await broker.claim('room:1', key, { windowMs: 60_000, share: { of: 'application' } })).toMatchObject({
    outcome: 'pending',
  })
  await append('room:1', 'last')
  await vi.waitUntil(
    () => losses > 0 || deliveries.some(({ publications }) => publications.some(({ id }) => id === 'last')),
    { timeout: 60_000 },
  )
})

test('while one master is away, the channels of the others go on', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `room:${index}`)
  for (const name of names) await append(name, 'before')
  const dead = await cluster.ownerOf(keyOf('room:0'))
  const theirs: string[] = []
  for (const name of names) if ((await cluster.ownerOf(keyOf(name))) !== dead) theirs.push(name)
  await dead.kill()
  // With `cluster-require-full-coverage no`: else Redis refuses everything.
  await Promise.all(theirs.map((name) => append(name, 'meanwhile')))
  await vi.waitUntil(() => broker.health() === 'degraded', { timeout: 60_000 })
  await dead.start()
  await vi.waitUntil(() => broker.health() === 'ready', { timeout: 60_000 })
})

test('a node that starts while a slot has no server goes on as soon as it has one again', async () => {
  const server = await cluster.ownerOf(keyOf('room:1'))
  const slot = await server.command('CLUSTER', 'KEYSLOT', keyOf('room:1'))
  for (const one of cluster.servers) await one.command('CLUSTER', 'DELSLOTS', slot).catch(() => {})
  const starting = createRedisBroker({ cluster: cluster.urls, waitMs: 60_000, log })
  // It is told the slots on its first connection, and then connects to all servers.
  const isKnownTo = async (one: RedisServer) => (await one.command('CLIENT', 'LIST')).split('\n').length > 2
  await vi.waitUntil(async () => (await Promise.all(cluster.servers.map(isKnownTo))).every(Boolean), {
    timeout: 60_000,
  })
  await server.command('CLUSTER', 'ADDSLOTS', slot)
  const started = await starting
  await started.append('room:1', [{ type: 'message', payload: 1, id: 'a', time: 1 }], bounds)
  expect((await started.read('room:1', all)).publications).toMatchObject([{ id: 'a' }])
  await started.close()
})
