/** The rows of a table in PostgreSQL, whose processor time is not that of this process. */
import { createDatabase } from '@baro/postgres'
import { table } from '@baro/postgres/table'
import { createHub } from '@baro/server'
import { mount } from '@baro/supabase'
import { Pool } from 'pg'
import { startPostgres } from '../../../tests/postgres/postgres-server.ts'
import { rowsEach } from '../load/web-socket-dialect.ts'
import type { BenchServer } from './server.ts'

const rows = 10_000

const ticks = table('public.ticks', { key: ['id'], columns: { id: 'integer', text: 'text' }, filters: ['id'] })

/**
 * Each publish changes one row of each subscriber, in one statement. Its text is another each time: an UPDATE that leaves a
 * row as it was is no change, and nobody would be told.
 */
export function createRowsServer(): BenchServer {
  let published = 0
  let pool: Pool
  return {
    async listen() {
      const server = await startPostgres()
      pool = new Pool({ connectionString: server.url() })
      pool.on('error', () => {})
      await pool.query('create table ticks (id integer primary key, text text not null)')
      await pool.query('insert into ticks select n, $1 from generate_series(0, $2::integer - 1) n', ['at first', rows])
      const hub = createHub({
        channels: [ticks],
        database: createDatabase(pool, { pollIntervalMs: 10 }),
        limits: {
          timesPerAddress: Number.POSITIVE_INFINITY,
          maxConnectionsPerAddress: Number.POSITIVE_INFINITY,
          messagesPerSecond: 1_000_000,
          bytesPerSecond: 1_000_000_000,
        },
        // The load generator answers no pings.
        heartbeatIntervalMs: 600_000,
        log: { info() {}, warn: console.warn, error: console.error },
      })
      hub.on(ticks, { access: 'public' })
      mount(hub)
      return (await hub.listen(0)).port
    },
    async publish(text) {
      const number = published++
      const changed = `${text} ${number}`
      await pool.query('update ticks set text = $1 where id % $2 = $3', [changed, rowsEach, number % rowsEach])
    },
  }
}
