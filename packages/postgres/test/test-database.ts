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
  /** Ends every transaction that a failed test left open, and removes all tables. */
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
      const sql = `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state like 'idle in transaction%'`
      await pool.query(sql)
      await pool.query('drop schema if exists baro cascade; drop schema public cascade; create schema public')
    },
    run: async (sql) => {
      await pool.query(sql)
    },
    end: async () => {
      await Promise.all(pools.map((one) => one.end()))
    },
  }
}
