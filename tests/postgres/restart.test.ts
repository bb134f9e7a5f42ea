/** A database server that is killed and started again under a hub that stays. */
import type { Log } from '@baro/core'
import { createDatabase } from '@baro/postgres'
import { table } from '@baro/postgres/table'
import { createHub, type Hub } from '@baro/server'
import { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

const notes = table('public.notes', { key: ['id'], columns: { id: 'integer' } })
const log: Log = { info() {}, warn() {}, error() {} }

let server: PostgresServer
let pool: Pool
let hub: Hub

const start = (feed: 'triggers' | 'replication') => {
  hub = createHub({ channels: [notes], database: createDatabase(pool, { feed }), log })
  hub.on(notes, { access: 'public' })
}

beforeAll(async () => {
  server = await startPostgres()
  pool = new Pool({ connectionString: server.url() })
  pool.on('error', () => {})
  await pool.query('create table notes (id integer primary key)')
})
afterEach(async () => {
  await hub.close()
  await pool.query('truncate notes')
})
afterAll(async () => {
  await pool.end()
  await server.end()
})

const ask = { timeout: 60_000, interval: 50 }

test.for(['replication', 'triggers'] as const)(
  'I12: readers go on where they were, after a server that was killed and one that was stopped: %s',
  async (feed) => {
    start(feed)
    const seen: unknown[] = []
    const snapshot = await hub.snapshot(notes())
    hub.open().follow(snapshot, snapshot.position, {
      delivered: ({ publications }) =>
        seen.push(...publications.map(({ payload }) => (payload as { key: unknown }).key)),
      reset: (reason) => seen.push(reason),
      failed: (error) => seen.push(error.message),
    })
    let id = 0
    for (const how of ['kill', 'fast'] as const) {
      await pool.query('insert into notes values ($1)', [++id])
      await vi.waitFor(() => expect(seen).toHaveLength(id), ask)
      await server.stop(how)
      await expect(hub.snapshot(notes())).rejects.toMatchObject({ code: 'unavailable' })
      await server.start()
      const next = ++id
      await vi.waitFor(() => pool.query('insert into notes values ($1)', [next]), ask)
      await vi.waitFor(() => expect(seen).toHaveLength(id), ask)
      expect((await hub.snapshot(notes())).value.rows).toHaveLength(id)
    }
    expect(seen).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }])
  },
)
