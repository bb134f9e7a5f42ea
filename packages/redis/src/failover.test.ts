import type { Delivery } from '@baro/core/broker'
import { type Cuttable, createCuttable, type RedisServer, startRedis } from '@baro/testing/redis'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRedisBroker, type RedisBroker } from './redis-broker.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }
const bounds = { size: 100, ttlMs: 3_600_000, bytes: 1 << 20 }
const all = { after: 0, limit: 100, bytes: 1 << 20 }
/** How long something may take to come true on a busy machine. */
const patience = { timeout: 30_000 }
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let [first, second]: RedisServer[] = []
let way: Cuttable
let broker: RedisBroker
let told: { readonly deliveries: Delivery[]; losses: number }

beforeEach(async () => {
  const settings = ['--repl-diskless-sync-delay', '0']
  ;[first, second] = await Promise.all([startRedis(...settings), startRedis(...settings)])
  await theOther().command('REPLICAOF', '127.0.0.1', String(theOne().port))
  way = await createCuttable(theOne().port)
  broker = await createRedisBroker({ url: `redis://127.0.0.1:${way.port}`, waitMs: 30_000, compareMs: 60_000, log })
  const deliveries: Delivery[] = []
  told = { deliveries, losses: 0 }
  await broker.follow('room:1', {
    deliver: (delivery) => void deliveries.push(delivery),
    signal: () => {},
    lost: () => void told.losses++,
  })
})

afterEach(async () => {
  await broker?.close()
  way?.close()
  await Promise.all([first?.close(), second?.close()])
})

const theOne = () => first as RedisServer
const theOther = () => second as RedisServer
const append = async (id: string, by = broker) =>
  by.append('room:1', [{ type: 'message', payload: id, id, time: 1 }], bounds)
const idsIn = async (of: RedisBroker) => (await of.read('room:1', all)).publications.map(({ id }) => id)

async function untilCopied(): Promise<void> {
  const offset = async (server: RedisServer) =>
    /^master_repl_offset:(\d+)/m.exec(await server.command('INFO', 'replication'))?.[1]
  await vi.waitUntil(async () => {
    const info = await theOther().command('INFO', 'replication')
    return info.includes('master_link_status:up') && (await offset(theOne())) === (await offset(theOther()))
  }, patience)
}

/** The other server takes over. The first one lives on as its replica, and ends no connection. */
async function changeRoles(): Promise<void> {
  await untilCopied()
  await theOther().command('REPLICAOF', 'NO', 'ONE')
  await theOne().command('REPLICAOF', '127.0.0.1', String(theOther().port))
}

test('a broker whose server was made a replica goes to the new master, where the address leads by then', async () => {
  await append('before')
  const [position] = await broker.heads(['room:1'])
  await changeRoles()
  way.lead(theOther().port)
  expect(await append('after')).toMatchObject({ outcome: 'appended', delivery: { follows: position } })
  expect(await idsIn(broker)).toEqual(['before', 'after'])
  await vi.waitUntil(() => broker.health() === 'ready' && told.losses > 0, patience)
})

test('I2: what another node publishes on the new master is heard, without a comparison of heads', async () => {
  await append('before')
  await changeRoles()
  // The old one hears nothing of the new one, as a machine does that was cut off.
  await theOne().command('REPLICAOF', '127.0.0.1', '1')
  way.lead(theOther().port)
  await append('after')
  await vi.waitUntil(() => told.losses > 0, patience)
  const other = await createRedisBroker({ url: theOther().url, log })
  await append('from elsewhere', other)
  await vi.waitUntil(
    () => told.deliveries.some(({ publications }) => publications.some(({ id }) => id === 'from elsewhere')),
    patience,
  )
  await other.close()
})

test('while the address still leads to the replica, calls wait, the broker is degraded, and followers are left alone', async () => {
  await append('before')
  await changeRoles()
  const connectionsOf = async (server: RedisServer) =>
    Number(/^total_connections_received:(\d+)/m.exec(await server.command('INFO', 'stats'))?.[1])
  const before = await connectionsOf(theOne())
  const waiting = append('after')
  // Each look is a connection, and each question of this test, too.
  let questions = 0
  await vi.waitUntil(async () => (await connectionsOf(theOne())) - before - ++questions >= 3, patience)
  expect([broker.health(), told.losses]).toEqual(['degraded', 0])
  way.lead(theOther().port)
  expect(await waiting).toMatchObject({ outcome: 'appended' })
  expect(await idsIn(broker)).toEqual(['before', 'after'])
  await vi.waitUntil(() => broker.health() === 'ready' && told.losses > 0, patience)
})

test('I4: a replica that lacks what came last is another stream after that: whoever has seen more is told, and none of it comes back', async () => {
  await append('kept')
  await untilCopied()
  const kept = (await broker.heads(['room:1']))[0]
  // The replica is cut off: what comes now is acknowledged, and lost.
  await theOther().command('REPLICAOF', 'NO', 'ONE')
  await append('lost')
  const [lost] = await broker.heads(['room:1'])
  await theOne().command('REPLICAOF', '127.0.0.1', String(theOther().port))
  way.lead(theOther().port)
  expect(await append('instead')).toMatchObject({ outcome: 'appended', delivery: { follows: kept } })
  await vi.waitUntil(() => told.losses > 0, patience)
  const view = await broker.read('room:1', { ...all, after: lost?.offset ?? 0 })
  // The same number, and another publication there: the check of whoever stands there fails.
  expect([view.epoch, view.from?.offset]).toEqual([lost?.epoch, lost?.offset])
  expect(view.from?.check).not.toBe(lost?.check)
  expect(await idsIn(broker)).toEqual(['kept', 'instead'])
})
