/**
 * The node of the checker, in a process of its own: `node.ts URL FOLDER PORT RULE LIFE LONGEST FEED LINK`.
 * LINK is the port by which replication reaches the server, so that its link can be cut. With `embedded:DIRECTORY` the database is in
 * this process, and so is its one writer: it writes until it hears `enough`, and answers SQL for who asks this process.
 */
import { createDiskBroker } from '@baro/disk'
import { createHub } from '@baro/server'
import { Pool } from 'pg'
import { ServedDatabase } from '../../src/database/served-database.ts'
import { driverOf } from '../../src/driver/driver-of.ts'
import { createEmbeddedPostgres } from '../../src/embedded/create-embedded-postgres.ts'
import type { PostgresDriver } from '../../src/ports/driver.ts'
import type { Sees } from '../../src/ring/rows-after.ts'
import { sees } from '../../src/snapshot/database-snapshot.ts'
import { createChance } from './chance.ts'
import { byPlaceInLog } from './log-rule.ts'
import { createTables, items, orders } from './tables.ts'
import { type Written, write } from './writer.ts'

/** The rule, and what others do in its place: they compare numbers. */
const rules: Readonly<Record<string, Sees>> = {
  visibility: sees,
  /** Numbers are given when a transaction begins to write, not when it commits. */
  sequence: ({ xmax }, xid) => xid < xmax,
  /** What is surely old is left out, and what the snapshot saw comes again. */
  horizon: ({ xmin }, xid) => xid < xmin,
}

const [url = '', folder = '', port = '0', rule = 'visibility', life = '0', longest = '0', feed, link] =
  process.argv.slice(2)
const [, embeddedIn] = /^embedded:(.*)$/.exec(url) ?? []
const embedded = embeddedIn === undefined ? undefined : createEmbeddedPostgres({ folder: embeddedIn })
const database = embedded ?? pooled()
await embedded?.script(createTables)

const options = {
  ...({ feed: feed === 'replication' ? feed : 'triggers' } as const),
  notifies: true,
  pollIntervalMs: 500,
  careIntervalMs: 2_000,
  maxRows: 10_000,
  isSeen: rules[rule] ?? sees,
}
const byPlace = rule === 'log' ? byPlaceInLog(database) : undefined
const served = [byPlace?.driver ?? database, { ...options, ...(byPlace && { isSeen: byPlace.isSeen }) }] as const
const hub = createHub({
  channels: [items, orders],
  broker: await createDiskBroker({ folder }),
  database: { open: (parts) => new ServedDatabase(...served, parts) },
  limits: {
    ...{ timesPerAddress: Number.POSITIVE_INFINITY, maxConnectionsPerAddress: Number.POSITIVE_INFINITY },
    ...{ messagesPerSecond: 10_000, bytesPerSecond: 1 << 28 },
  },
  log: { info() {}, warn: (_, text) => console.error(text), error: (_, text) => console.error(text) },
})
for (const definition of [items, orders]) hub.on(definition as typeof items, { access: 'public' })
const listening = await hub.listen(Number(port), '127.0.0.1')
console.log(`port ${listening.port}`)
if (embeddedIn !== undefined) await writeHere()

function pooled(): PostgresDriver {
  const pool = new Pool({ connectionString: url, max: 20 })
  pool.on('error', () => {})
  const driver = driverOf(pool)
  const { replicate } = driverOf(new Pool({ connectionString: url.replace(/:\d+\//, `:${link}/`) }))
  return { ...driver, ...(replicate && { replicate }) }
}

async function writeHere(): Promise<void> {
  let isOver = false
  const written: Written = { changes: 0, commits: 0, rollbacks: 0, deadlocks: 0 }
  process.on('message', async (message: { readonly sql?: string }) => {
    if (message.sql === undefined) isOver = true
    else process.send?.({ rows: await database.query(message.sql) })
  })
  const number = Number(life)
  await write(
    {
      ...{ database, number, chance: createChance(number), longestTransactionMs: Number(longest), longShare: 0.05 },
      isEnough() {
        process.send?.({ written })
        return isOver
      },
    },
    written,
  )
  process.send?.({ written, isOver })
}
