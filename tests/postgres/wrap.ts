/** The end of the 32 bits of transaction ids, which comes after four thousand million transactions. */
import { chownSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Pool } from 'pg'
import type { PostgresServer } from './postgres-server.ts'

/** Of one file of `pg_xact`: bytes, and transactions. */
const segment = { bytes: 262_144, transactions: 2 ** 20 } as const
/** So many transactions before the end the server starts. To freeze all takes a part of them. */
const spare = 20_000

/** Brings a new server to so many transactions before 2^32. */
export async function bringToWrap(server: PostgresServer, left: number): Promise<void> {
  const end = 2 ** 32
  // In steps of less than half of all numbers: what is further away looks as if it were yet to come.
  for (const first of [2_000_000_000, 4_000_000_000, end - left - spare]) {
    await freeze(server)
    await server.stop('fast')
    server.program('pg_resetwal', '-x', String(first))
    addLog(server, first)
    await server.start()
  }
  await freeze(server)
  const pool = new Pool({ connectionString: server.url(), max: 1 })
  for (;;) {
    const { rows } = await pool.query('select pg_current_xact_id()::text as xid')
    if (Number(rows[0].xid) >= end - left) break
  }
  await pool.end()
}

async function freeze(server: PostgresServer): Promise<void> {
  for (const database of ['postgres', 'template1', 'template0']) {
    const pool = new Pool({ connectionString: server.url(database), max: 1 })
    await pool.query('vacuum freeze')
    if (database === 'postgres') await pool.query('update pg_database set datallowconn = true')
    await pool.end()
  }
}

/** The server makes the files of its log of transactions as it comes to them, and it has left some out. */
function addLog({ data }: PostgresServer, first: number): void {
  const { uid, gid } = statSync(join(data, 'PG_VERSION'))
  const number = Math.floor(first / segment.transactions)
  const file = join(data, 'pg_xact', number.toString(16).toUpperCase().padStart(4, '0'))
  writeFileSync(file, Buffer.alloc(segment.bytes))
  chownSync(file, uid, gid)
}
