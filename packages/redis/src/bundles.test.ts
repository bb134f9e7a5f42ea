import type { Delivery } from '@baro/core/broker'
import { type RedisServer, startRedis } from '@baro/testing/redis'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Buckets, bucketCount } from './bucket.ts'
import { createRedisBroker, type RedisBroker } from './redis-broker.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }
const bounds = { size: 100, ttlMs: 3_600_000, bytes: 1 << 20 }
const all = { after: 0, limit: 100, bytes: 1 << 20 }

let server: RedisServer
let broker: RedisBroker

beforeAll(async () => {
  server = await startRedis()
  broker = await createRedisBroker({ url: server.url, log, compareMs: 200 })
})

afterAll(async () => {
  await broker.close()
  await server.close()
})

const append = async (channel: string, id: string) =>
  broker.append(channel, [{ type: 'message', payload: id, id, time: 1 }], bounds)

async function scriptsRun(): Promise<number> {
  const stats = await server.command('INFO', 'commandstats')
  return [...stats.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+)/gm)].reduce((sum, [, calls]) => sum + Number(calls), 0)
}

test('what one turn publishes in 60 channels is one command for the claims, and one for the appends', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `hall:${index}`)
  await append('hall:0', 'loaded')
  const claim = (name: string) =>
    broker.claim(name, { scope: 'ada', id: 'a' }, { windowMs: 60_000, share: { of: 'application' } })
  await claim('hall:loaded')
  const before = await scriptsRun()
  const claimed = await Promise.all(names.map(claim))
  expect(claimed.every(({ outcome }) => outcome === 'granted')).toBe(true)
  const appended = await Promise.all(names.map((name) => append(name, `id of ${name}`)))
  expect(appended.every(({ outcome }) => outcome === 'appended')).toBe(true)
  expect((await scriptsRun()) - before).toBe(2)
  const views = await Promise.all(names.slice(1).map((name) => broker.read(name, all)))
  expect(views.map(({ publications }) => publications.map(({ id }) => id))).toEqual(
    names.slice(1).map((name) => [`id of ${name}`]),
  )
})

test('I5: what fails in one channel fails there alone', async () => {
  await server.command('HSET', `${new Buckets('baro', bucketCount).keyFor('room:bad')}:h:room:bad`, 'a', 'b')
  const outcomes = await Promise.allSettled(['room:1', 'room:bad', 'room:2'].map((name) => append(name, 'x')))
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(outcomes[1]).toMatchObject({ reason: { code: 'unavailable', message: expect.stringContaining('WRONGTYPE') } })
  for (const name of ['room:1', 'room:2']) expect((await broker.read(name, all)).head.offset).toBe(1)
})

test('I5: a bucket that was lost is begun anew, and nothing in the same command happens twice', async () => {
  const buckets = new Buckets('baro', bucketCount)
  await Promise.all(['street:1', 'street:2', 'street:lost'].map((name) => append(name, 'first')))
  const lost = buckets.keyFor('street:lost')
  expect([buckets.keyFor('street:1'), buckets.keyFor('street:2')]).not.toContain(lost)
  await server.command('DEL', lost, `${lost}:h:street:lost`, `${lost}:l:street:lost`)
  await Promise.all(['street:1', 'street:lost', 'street:2'].map((name) => append(name, 'second')))
  const ids = async (name: string) => (await broker.read(name, all)).publications.map(({ id }) => id)
  expect(await ids('street:lost')).toEqual(['second'])
  for (const name of ['street:1', 'street:2']) expect((await ids(name)).filter((id) => id === 'second')).toHaveLength(1)
})

test('I1: a node is told of its own appends and of others in order, each once', async () => {
  const other = await createRedisBroker({ url: server.url, log })
  const deliveries: Delivery[] = []
  const told = { deliver: (one: Delivery) => void deliveries.push(one), signal: () => {}, lost: () => {} }
  await broker.follow('lane:1', told)
  for (let round = 0; round < 20; round++) {
    const here = append('lane:1', `here-${round}`)
    const there = other.append('lane:1', [{ type: 'message', payload: 1, id: `there-${round}`, time: 1 }], bounds)
    await (round % 2 === 0 ? here : Promise.all([here, there]))
    await there
  }
  const { publications } = await broker.read('lane:1', all)
  const inOrder = () => deliveries.flatMap((one) => one.publications.map(({ id }) => id))
  await vi.waitUntil(() => new Set(inOrder()).size === publications.length, { timeout: 60_000 })
  expect(inOrder()).toEqual(publications.map(({ id }) => id))
  await other.close()
})
