/** Ways to read the log of a server. Each counts the rows that it has read, decoded, and tells when it has read so many. */

import { Pool } from 'pg'
import { LogicalReplicationService, PgoutputPlugin } from 'pg-logical-replication'
import postgres from 'postgres'
import { pgDriver } from '../../../packages/postgres/src/driver/pg-driver.ts'
import { statusFrame } from '../../../packages/postgres/src/replication/replication-frame.ts'
import { StreamReader } from '../../../packages/postgres/src/replication/stream-reader.ts'

/** Resolves when it reads. `read` is called for each row. */
type Reading = (url: string, slot: string, read: () => void) => Promise<void>

export const readers = {
  async baro(url, slot, read) {
    const driver = pgDriver(new Pool({ connectionString: url }))
    const link = await driver.replicate?.((error) => {
      throw error
    })
    if (!link) throw new Error('The driver has no replication.')
    const reader = new StreamReader(1n)
    await link.query(`CREATE_REPLICATION_SLOT ${slot} LOGICAL pgoutput NOEXPORT_SNAPSHOT`)
    link.stream(
      `START_REPLICATION SLOT ${slot} LOGICAL 0/0 (proto_version '1', publication_names 'measured')`,
      (bytes) => {
        for (const step of reader.read(bytes)) {
          if (step.kind === 'change') read()
          // As often as the feed does when each transaction comes alone.
          else if (step.kind === 'commit') link.send(statusFrame(step.end))
        }
      },
    )
  },

  async 'pg-logical-replication'(url, slot, read) {
    const pool = new Pool({ connectionString: url })
    await pool.query('select pg_create_logical_replication_slot($1, $2)', [slot, 'pgoutput'])
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
    void service.subscribe(new PgoutputPlugin({ protoVersion: 1, publicationNames: ['measured'] }), slot)
    await started
  },

  async postgres(url, _slot, read) {
    const sql = postgres(url, { publications: 'measured' })
    await sql.subscribe('*', () => read())
  },
} satisfies Readonly<Record<string, Reading>>

export type ReaderName = keyof typeof readers
