/** A slot that the server gave up, because a hub stayed away for more of the log than `max_slot_wal_keep_size`. */

import type { Log } from '@baro/core'
import type { Broker } from '@baro/core/broker'
import { createDatabase } from '@baro/postgres'
import { table } from '@baro/postgres/table'
import { createHub, createMemoryBroker, type Hub } from '@baro/server'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

const notes = table('public.notes', { key: ['id'], columns: { id: 'integer' } })
const said: string[] = []
const log: Log = { info() {}, warn: (_, text) => void said.push(text), error: (_, text) => void said.push(text) }
const ask = { timeout: 60_000, interval: 50 }

let server: PostgresServer
let pool: Pool

beforeAll(async () => {
  server = await startPostgres()
  pool = new Pool({ connectionString: server.url() })
  pool.on('error', () => {})
  await pool.query('create table notes (id integer primary key)')
  await pool.query("alter system set max_slot_wal_keep_size = '1MB'")
  await pool.query('select pg_reload_conf()')
})
afterAll(async () => {
  await pool.end()
  await server.end()
})

const start = (broker: Broker): Hub => {
  const hub = createHub({ channels: [notes], broker, database: createDatabase(pool, { feed: 'replication' }), log })
  hub.on(notes, { access: 'public' })
  return hub
}

test('reset: a slot that was lost for its size is made anew, and what follows is told', async () => {
  const broker = createMemoryBroker()
  const first = start(broker)
  const page = await first.snapshot(notes())
  await first.close()

  await pool.query('insert into notes values (1)')
  const status = async () => {
    const { rows } = await pool.query('select wal_status as status from pg_replication_slots')
    return rows.map((row) => row.status)
  }
  await vi.waitFor(async () => {
    await pool.query('insert into notes values (2) on conflict do nothing')
    await pool.query('select pg_switch_wal()')
    await pool.query('checkpoint')
    expect(await status()).toEqual(['lost'])
  }, ask)

  const hub = start(broker)
  const told: unknown[] = []
  hub.open().follow(notes(), page.position, {
    delivered: ({ publications }) => told.push(...publications.map(({ payload }) => (payload as { key: unknown }).key)),
    reset: (_, { value }) => void told.push((value as { rows: unknown } | undefined)?.rows),
    failed: (error) => told.push(error.message),
  })
  await vi.waitFor(() => expect(told).toEqual([[{ id: 1 }, { id: 2 }]]), ask)
  await pool.query('insert into notes values (3)')
  await vi.waitFor(() => expect(told.slice(1)).toEqual([{ id: 3 }]), ask)
  expect(said.join()).toContain('was lost, because it held more of the log than max_slot_wal_keep_size allows')
  expect(await status()).not.toContain('lost')
  await hub.close()
})
