import { driverOf } from '../driver/driver-of.ts'
import type { DatabaseClient } from '../ports/driver.ts'
import { readDatabaseFacts, type SlotFacts } from './database-facts.ts'
import { type Finding, findingsOf } from './findings.ts'

/** What was found. */
export interface Examination {
  /** Everything that stands in the way of replication; none if a hub can feed by it. */
  readonly findings: readonly Finding[]
  /** The slots of hubs in this database. */
  readonly slots: readonly SlotFacts[]
}

/**
 * Looks whether a hub can feed by replication from a database, and says what to run for each thing that stands in the way. It
 * changes nothing.
 *
 * @param tables Tables to look at, as `public.products`, besides those that hubs feed by replication already.
 * @throws whatever the client throws.
 *
 * @example
 * ```ts
 * const { findings } = await examineDatabase(new Pool({ connectionString: process.env.DATABASE_URL }), ['public.products'])
 * for (const { what, run } of findings) console.log(what, run)
 * ```
 */
export async function examineDatabase(client: DatabaseClient, tables: readonly string[] = []): Promise<Examination> {
  const facts = await readDatabaseFacts(driverOf(client), tables)
  return { findings: findingsOf(facts), slots: facts.slots }
}
