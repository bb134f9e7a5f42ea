import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Pool } from 'pg'
import { startPostgres } from '../../../tests/postgres/postgres-server.ts'
import type { ReaderName } from './readers.ts'

/** Who reads, and how many rows a transaction has. */
export interface ReplicationCase {
  readonly reader: ReaderName
  readonly perTransaction: number
}

export interface ReplicationRun extends ReplicationCase {
  /** CPU of the process that reads for each row, in microseconds. */
  readonly micros: number
}

/** Writes rows of 200 bytes while one reads. */
export async function measureReplication(one: ReplicationCase, rows: number): Promise<ReplicationRun> {
  const server = await startPostgres()
  const pool = new Pool({ connectionString: server.url(), max: 1 })
  const own = one.reader === 'baro'
  const file = own
    ? new URL('../../../packages/postgres/test/log-reader.ts', import.meta.url)
    : new URL('one-reader.ts', import.meta.url)
  let child: ReturnType<typeof fork> | undefined
  try {
    await pool.query('create table rows (id integer primary key, team text, amount integer, done boolean, note text)')
    await pool.query('create publication measured for table rows')
    child = fork(fileURLToPath(file), [...(own ? [] : [one.reader]), server.url(), String(rows)], {
      execArgv: [...(own ? ['--conditions=baro-source'] : []), '--import', 'tsx'],
    })
    await once(child, 'message')
    const done = once(child, 'message') as Promise<[{ micros: number }]>
    await pool.query(`do $$ begin
      for one in 1..${rows / one.perTransaction} loop
        insert into rows select one * ${one.perTransaction} + n, 'team-' || n % 10, n, n % 2 = 0, repeat('x', 160)
          from generate_series(1, ${one.perTransaction}) n;
        commit;
      end loop;
    end $$`)
    const [{ micros }] = await done
    return { ...one, micros }
  } finally {
    child?.kill('SIGKILL')
    await pool.end()
    await server.end()
  }
}
