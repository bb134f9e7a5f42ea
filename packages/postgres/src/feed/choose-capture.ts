/** Which capture a feed uses: the one that is asked for, or the one that the database allows. */
import { BaroError, type Log } from '@baro/core'
import type { PostgresDriver } from '../ports/driver.ts'
import { checkPublishable } from '../replication/publication.ts'
import type { TableShape } from '../table/table.ts'
import type { CaptureKind } from './capture.ts'
import { ledBy } from './rounds.ts'
import { slotOf } from './slot-name.ts'

/** What choosing works with. */
export interface ChooseParts {
  readonly driver: PostgresDriver
  readonly log: Log
  readonly tables: readonly TableShape[]
}

/** The oldest PostgreSQL whose `pgoutput` sends what an application writes into the log itself. */
const oldest = 140_000

/**
 * @throws {BaroError} `bad-definition` if replication is asked for, and the database does not allow it: the sentence says what to
 *   do.
 */
export async function chooseCapture(
  { driver, log, tables }: ChooseParts,
  asked: CaptureKind | 'auto',
  feed: string,
): Promise<CaptureKind> {
  if (asked === 'triggers') return asked
  const why = await whyNotReplication(driver, feed)
  if (asked === 'replication') {
    if (why) throw new BaroError('bad-definition', `The changes cannot be had by replication: ${why}`)
    return asked
  }
  const led = await ledBy(driver, feed)
  const reason =
    led === 'triggers' ? 'the node that leads has chosen them.' : (why ?? (await whyNotTables(driver, tables)))
  log.info(
    {},
    reason
      ? `The changes of the database come by triggers, and not by replication: ${reason}`
      : 'The changes of the database come by replication: wal_level is logical, and this role may replicate.',
  )
  return reason ? 'triggers' : 'replication'
}

async function whyNotReplication(driver: PostgresDriver, feed: string): Promise<string | undefined> {
  if (!driver.replicate) return 'this client of the database has none. Give createDatabase a Pool of "pg".'
  const [row] = await driver.query<{
    version: number
    level: string
    hasRight: boolean
    isFull: boolean
    role: string
  }>(
    `select current_setting('server_version_num')::int as version, current_setting('wal_level') as level, current_user as role,
       (select rolsuper or rolreplication from pg_roles where rolname = current_user)
         or exists (select from pg_roles r where r.rolname = 'rds_replication' and pg_has_role(r.oid, 'member')) as "hasRight",
       (select count(*) from pg_replication_slots) >= current_setting('max_replication_slots')::int
         and not exists (select from pg_replication_slots where slot_name = $1) as "isFull"`,
    [slotOf(feed)],
  )
  if (!row) return 'the server says nothing of itself.'
  if (row.version < oldest) return `PostgreSQL ${row.version} is too old for it: 14 is the oldest that works.`
  if (row.level !== 'logical')
    return `wal_level is ${row.level}. Run "alter system set wal_level = logical", and restart the server.`
  if (!row.hasRight)
    return `the role ${JSON.stringify(row.role)} may not. Run "alter role ${JSON.stringify(row.role).replaceAll('"', '')} replication".`
  if (row.isFull)
    return 'all replication slots are taken. Drop one that nobody uses, or raise max_replication_slots and restart the server.'
  try {
    const link = await driver.replicate(() => {})
    await link.query('IDENTIFY_SYSTEM').finally(() => link.end())
  } catch (error) {
    // A link that breaks says nothing of what is allowed.
    if (typeof (error as { readonly severity?: unknown }).severity !== 'string') throw error
    return `the server refuses a connection for it: ${(error as Error).message}. A pooler between has none; connect to the server itself.`
  }
  return undefined
}

async function whyNotTables(driver: PostgresDriver, tables: readonly TableShape[]): Promise<string | undefined> {
  for (const table of tables)
    try {
      await checkPublishable(driver, table)
    } catch (error) {
      return (error as Error).message
    }
  return undefined
}
