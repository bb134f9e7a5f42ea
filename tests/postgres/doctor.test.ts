/** `npm run postgres:doctor` on a real server: what it finds, that its statements help, and how it ends. */
import { execFile } from 'node:child_process'
import { createDatabase } from '@baro/postgres'
import { table } from '@baro/postgres/table'
import { createHub, type Hub } from '@baro/server'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

const notes = table('public.notes', { key: ['id'], columns: { id: 'integer', body: 'text | null' } })

let server: PostgresServer
let pool: Pool
let hub: Hub | undefined

beforeAll(async () => {
  server = await startPostgres()
  pool = new Pool({ connectionString: server.url() })
  pool.on('error', () => {})
  await pool.query('create table notes (id integer primary key, body text)')
})
afterAll(async () => {
  await hub?.close()
  await pool.end()
  await server.end()
})

const doctor = (...args: readonly string[]) =>
  new Promise<{ readonly code: number; readonly said: string }>((resolve) => {
    const command = ['--conditions=baro-source', '--import', 'tsx', 'scripts/postgres-doctor.ts', ...args]
    execFile(process.execPath, command, (error, out, complaint) =>
      resolve({ code: Number(error?.code ?? 0), said: `${out}${complaint}` }),
    )
  })

test('each finding has a statement, and when they were run there is none', async () => {
  const first = await doctor(server.url(), 'public.notes')
  expect(first).toMatchObject({ code: 1, said: expect.stringContaining('max_slot_wal_keep_size') })
  for (const statement of ["alter system set max_slot_wal_keep_size = '10GB'", 'select pg_reload_conf()']) {
    expect(first.said).toContain(statement)
    await pool.query(statement)
  }
  expect(await doctor(server.url(), 'public.notes')).toMatchObject({ code: 0, said: expect.stringContaining('✓') })

  hub = createHub({
    channels: [notes],
    database: createDatabase(pool, { feed: 'replication', careIntervalMs: 600_000 }),
    log: { info() {}, warn() {}, error() {} },
  })
  hub.on(notes, { access: 'public' })
  await hub.snapshot(notes())
  expect(await doctor(server.url())).toMatchObject({ code: 0, said: expect.stringMatching(/slot baro_\w+: read/) })

  await pool.query('alter publication baro drop table notes; alter table notes replica identity default')
  const second = await doctor(server.url())
  expect(second.code).toBe(1)
  for (const statement of [
    'alter table "public"."notes" replica identity full;',
    'alter publication baro add table "public"."notes";',
  ]) {
    expect(second.said).toContain(statement)
    await pool.query(statement)
  }
  expect((await doctor(server.url())).code).toBe(0)
})

test('a database that is away, and a missing argument, are another exit', async () => {
  expect(await doctor('postgres://nobody@127.0.0.1:1/none')).toMatchObject({ code: 2 })
  expect(await doctor()).toMatchObject({ code: 2, said: expect.stringContaining('Say which database') })
})
