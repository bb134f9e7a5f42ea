/** The packages that read the log of a server. Each tells of every row that it has decoded. */

import { Pool } from 'pg'
import { LogicalReplicationService, PgoutputPlugin } from 'pg-logical-replication'
import postgres from 'postgres'

/** Resolves when it reads. `read` is called for each row. */
type Reading = (url: string, read: () => void) => Promise<void>

export const readers = {
  async 'pg-logical-replication'(url, read) {
    const pool = new Pool({ connectionString: url })
    await pool.query("select pg_create_logical_replication_slot('measured', 'pgoutput')")
    await pool.end()
    const service = new LogicalReplicationService(
      { connectionString: url },
      { acknowledge: { auto: true, timeoutSeconds: 10 } },
    )
    service.on('data', (_, message: { readonly tag?: string }) => {
      if (message.tag === 'insert') read()
    })
    service.on('error', (error) => {
      throw error
    })
    const started = new Promise<void>((resolve) => service.once('start', () => resolve()))
    void service.subscribe(new PgoutputPlugin({ protoVersion: 1, publicationNames: ['measured'] }), 'measured')
    await started
  },

  async postgres(url, read) {
    const sql = postgres(url, { publications: 'measured' })
    await sql.subscribe('*', () => read())
  },
} satisfies Readonly<Record<string, Reading>>

export type ReaderName = 'baro' | keyof typeof readers
