import { Pool } from 'pg'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server of this run, which `tests/postgres/global-setup.ts` started. */
    postgresUrl: string
  }
}

/** A database of its own on the server of this run. */
export interface TestDatabase {
  readonly url: string
  readonly pool: Pool
  /** Runs statements without parameters, as a program beside us would. */
  run(sql: string): Promise<void>
  /** Ends every transaction that a failed test left open, and removes all tables and slots. */
  clear(): Promise<void>
  /** A further pool, as another process would have, perhaps of another role. */
  another(role?: string): Pool
  end(): Promise<void>
}

let made = 0

export async function createTestDatabase(): Promise<TestDatabase> {
  const root = inject('postgresUrl')
  const name = `test_${process.pid}_${Date.now()}_${made++}`
  const admin = new Pool({ connectionString: root, max: 1 })
  await admin.query(`create database ${name}`)
  await admin.end()
  const url = root.replace(/[^/]+$/, name)
  const pools: Pool[] = []
  const another = (role?: string) => {
    const pool = new Pool({ connectionString: role ? url.replace('postgres@', `${role}@`) : url, max: 10 })
    // Tests cut connections, and a pool without a listener ends the process.
    pool.on('error', () => {})
    pools.push(pool)
    return pool
  }
  const pool = another()
  return {
    url,
    pool,
    another,
    async clear() {
      await dropSlots(pool)
      const remove = () =>
        pool.query(
          "set local lock_timeout = '5s'; drop publication if exists baro; drop schema if exists baro cascade; drop schema public cascade; create schema public",
        )
      // Only if they are in the way: one that is about to end would break a client that somebody else gets next.
      await remove().catch(async () => {
        await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and state like 'idle in transaction%'`)
        await remove()
      })
    },
    run: async (sql) => {
      await pool.query(sql)
    },
    end: async () => {
      await dropSlots(pool)
      await Promise.all(pools.map((one) => one.end()))
    },
  }
}

/** A server has few, and keeps its log for each. One that is still read is ended first. */
async function dropSlots(pool: Pool): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ name: string; pid: number | null }>(
      'select slot_name as name, active_pid as pid from pg_replication_slots where database = current_database()',
    )
    if (rows.length === 0) return
    for (const { name, pid } of rows)
      if (pid !== null) await pool.query('select pg_terminate_backend($1, 5000)', [pid])
      // Its end may not have been seen yet.
      else await pool.query('select pg_drop_replication_slot($1)', [name]).catch(() => {})
  }
}
