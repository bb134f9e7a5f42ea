/**
 * Which tables a feed goes on feeding. Each node says from time to time which tables it defines; one that none of them has
 * named for an hour is fed no more. So a deploy can be taken back within the hour, and a table that was taken out of the
 * definitions does not cost its writers for ever.
 */
import type { PostgresDriver } from '../ports/driver.ts'
import type { Capture } from './capture.ts'
import { installLock, schema } from './schema.ts'

const isUnwanted = `wanted < now() - interval '1 hour'`

/** Says that a node defines these tables. Seldom a write: a quiet database uses up no transaction. */
export async function sayWanted(driver: PostgresDriver, feed: string, names: readonly string[]): Promise<void> {
  await driver.query(
    `update ${schema}.feed_tables set wanted = now()
     where feed = $1 and name = any ($2::text[]) and wanted < now() - interval '10 minutes'`,
    [feed, [...names]],
  )
}

/**
 * Ends the tables of a feed that no node has named for an hour, for the node that leads.
 *
 * @returns Those that ended. One that somebody holds stays for now.
 */
export async function endUnwanted(driver: PostgresDriver, feed: string, capture: Capture): Promise<readonly string[]> {
  const unwanted = await driver.query<{ name: string }>(
    `select name from ${schema}.feed_tables where feed = $1 and ${isUnwanted}`,
    [feed],
  )
  const ended: string[] = []
  for (const { name } of unwanted)
    await driver
      .transaction('read committed', async (tx) => {
        await tx.query(`select pg_advisory_xact_lock(${installLock})::text`)
        const gone = await tx.query(
          `delete from ${schema}.feed_tables where feed = $1 and name = $2 and ${isUnwanted} returning 1 as gone`,
          [feed, name],
        )
        if (gone.length === 0) return
        // Those of another broker are captured by the same triggers, or the same publication.
        const others = await tx.query(
          `select from ${schema}.feed_tables join ${schema}.feeds using (feed) where name = $1 and kind = $2`,
          [name, capture.kind],
        )
        if (others.length === 0) await capture.unwatch(tx, name)
        ended.push(name)
      })
      .catch(() => {})
  return ended
}
