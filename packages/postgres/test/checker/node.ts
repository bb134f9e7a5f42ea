/** The node of the checker, in a process of its own: `node.ts URL FOLDER PORT RULE`. */
import { createDiskBroker } from '@baro/disk'
import { createHub } from '@baro/server'
import { Pool } from 'pg'
import { ServedDatabase } from '../../src/database/served-database.ts'
import { pgDriver } from '../../src/driver/pg-driver.ts'
import type { Sees } from '../../src/ring/rows-after.ts'
import { sees } from '../../src/snapshot/database-snapshot.ts'
import { items, orders } from './tables.ts'

/** The rule, and what others do in its place: they compare numbers. */
const rules: Readonly<Record<string, Sees>> = {
  visibility: sees,
  /** Numbers are given when a transaction begins to write, not when it commits. */
  sequence: ({ xmax }, xid) => xid < xmax,
  /** What is surely old is left out, and what the snapshot saw comes again. */
  horizon: ({ xmin }, xid) => xid < xmin,
}

const [url = '', folder = '', port = '0', rule = 'visibility'] = process.argv.slice(2)
const pool = new Pool({ connectionString: url, max: 20 })
pool.on('error', () => {})
const options = { pollIntervalMs: 500, careIntervalMs: 2_000, maxRows: 10_000, isSeen: rules[rule] ?? sees }
const hub = createHub({
  channels: [items, orders],
  broker: await createDiskBroker({ folder }),
  database: { open: (parts) => new ServedDatabase(pgDriver(pool), options, parts) },
  limits: {
    ...{ timesPerAddress: Number.POSITIVE_INFINITY, maxConnectionsPerAddress: Number.POSITIVE_INFINITY },
    ...{ messagesPerSecond: 10_000, bytesPerSecond: 1 << 28 },
  },
  log: { info() {}, warn: (_, text) => console.error(text), error: (_, text) => console.error(text) },
})
for (const definition of [items, orders]) hub.on(definition as typeof items, { access: 'public' })
const listening = await hub.listen(Number(port), '127.0.0.1')
console.log(`port ${listening.port}`)
