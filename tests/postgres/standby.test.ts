/** A standby in place of the primary: a sentence, whichever feed is asked for. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { createDatabase } from '@baro/postgres'
import { table } from '@baro/postgres/table'
import { createHub } from '@baro/server'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

const notes = table('public.notes', { key: ['id'], columns: { id: 'integer' } })

let server: PostgresServer

beforeAll(async () => {
  server = await startPostgres()
  await server.stop('fast')
  // It waits for a primary for ever, and answers those who only read.
  execFileSync('touch', [join(server.data, 'standby.signal')])
  await server.start()
})
afterAll(() => server.end())

test.for(['triggers', 'replication', 'auto'] as const)('%s', async (feed) => {
  const pool = new Pool({ connectionString: server.url() })
  const hub = createHub({
    channels: [notes],
    database: createDatabase(pool, { feed }),
    log: { info() {}, warn() {}, error() {} },
  })
  hub.on(notes, { access: 'public' })
  await expect(hub.snapshot(notes())).rejects.toMatchObject({
    code: 'bad-definition',
    message: expect.stringContaining('is a standby'),
  })
  await hub.close()
  await pool.end()
})
