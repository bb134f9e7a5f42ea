/** A node that is killed while a large transaction is on its way from the slot into the ring. */
import { createClient, type Subscription } from '@baro/client'
import { createWebSocketTransport } from '@baro/client/transports'
import type { Json, Snapshot } from '@baro/core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type CheckedNode, startNode } from '../../test/checker/checked-node.ts'
import { createTables, items } from '../../test/checker/tables.ts'
import { createTestDatabase, type TestDatabase } from '../../test/test-database.ts'

/** Enough for some twenty pieces. */
const rows = 8_000

let database: TestDatabase
let node: CheckedNode

beforeAll(async () => {
  database = await createTestDatabase()
  await database.run(createTables)
  const options = { url: database.url, longestTransactionMs: 0, feed: 'replication' } as const
  const written = { changes: 0, commits: 0, rollbacks: 0, deadlocks: 0 }
  node = await startNode(options, written, Number(new URL(database.url).port))
})
afterAll(async () => {
  await node.end()
  await database.end()
})

test('I12: recovered: a node that is killed in the middle of a transaction tells all of it, once and in order', async () => {
  const url = `http://127.0.0.1:${node.port}/baro`
  const { channel } = items()
  const answer = await fetch(`${url}/channels/${channel}`)
  const { snapshot: value, position } = (await answer.json()) as { snapshot: Json; position: string }
  const client = createClient({
    url,
    transport: createWebSocketTransport({ WebSocket }),
    backoff: { baseMs: 20, maxMs: 200 },
  })
  const page = { channel, value, position, version: '1' } as unknown as Snapshot
  const subscription = client.subscribe(items, page as never) as unknown as Subscription
  const seen: number[] = []
  subscription.onPublication(({ payload }) => seen.push(Number((payload as { key: { id: string } }).key.id)))
  await vi.waitFor(() => expect(subscription.current.status.state).toBe('live'), ask)

  await database.run(
    `insert into items select n, n, null, 'red', 1, repeat('x', 200) from generate_series(1, ${rows}) n`,
  )
  const { rows: places } = await database.pool.query('select pg_current_wal_insert_lsn()::text as place')
  await vi.waitFor(() => expect(seen.length).toBeGreaterThan(0), { ...ask, interval: 1 })
  await node.kill()
  const { rows: slots } = await database.pool.query(
    'select confirmed_flush_lsn < $1::pg_lsn as "isOpen" from pg_replication_slots where database = current_database()',
    [places[0].place],
  )
  await database.run("insert into items values (0, 1, null, 'red', 1, null)")
  await vi.waitFor(() => expect(seen.at(-1)).toBe(0), ask)

  // It was in the middle: the server would send the transaction again, and did.
  expect(slots).toEqual([{ isOpen: true }])
  expect(seen).toEqual([...Array.from({ length: rows }, (_, at) => at + 1), 0])
  expect(client.counters).toMatchObject({ reset: 0 })
  expect(client.counters.recovered).toBeGreaterThan(0)
  client.close()
})

const ask = { timeout: 60_000, interval: 20 }
