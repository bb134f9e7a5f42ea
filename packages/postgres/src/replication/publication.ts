/** The publication: which tables the server tells us of. One for all feeds of a database. */
import { BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'
import { quoteName, quoteTable } from '../feed/quote-name.ts'
import { installLock, schema } from '../feed/schema.ts'
import { dropTriggers } from '../feed/watched-table.ts'
import type { PostgresDriver, Queryable } from '../ports/driver.ts'
import type { TableShape } from '../table/table.ts'

export const publication = 'baro'

/** How long to wait for the lock that a new table needs. Whoever writes the table waits behind us for as long. */
const lockTimeoutMs = 200

/** Makes the publication, empty. It is there before any slot: what a slot reads must know it. */
export async function installPublication(tx: Queryable): Promise<void> {
  const exists = async () => (await tx.query(`select from pg_publication where pubname = '${publication}'`)).length > 0
  if (await exists()) return
  await tx.query(`select pg_advisory_xact_lock(${installLock})::text`)
  if (!(await exists())) await tx.query(`create publication ${publication}`)
}

/**
 * What says of a table that each of its changes is published, with the whole row that was. Another text means that some may not
 * have been: a publication or a place in it that was made anew or altered.
 */
export async function publishedMarks(
  database: Queryable,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await database.query<{ name: string; mark: string }>(
    `select name, concat_ws(':', 'published', p.oid, p.xmin, pr.oid, pr.xmin, pr.prrelid) as mark
     from unnest($1::text[], $2::text[]) as wanted(name, quoted)
     join pg_class c on c.oid = to_regclass(quoted) and c.relreplident = 'f'
     join pg_publication_rel pr on pr.prrelid = c.oid
     join pg_publication p on p.oid = pr.prpubid and p.pubname = '${publication}'
     where pubinsert and pubupdate and pubdelete and pubtruncate and not puballtables
       and to_jsonb(pr) ->> 'prqual' is null and to_jsonb(pr) ->> 'prattrs' is null`,
    [[...names], names.map(quoteTable)],
  )
  return new Map(rows.map(({ name, mark }) => [name, mark]))
}

/**
 * Publishes a table. The lock keeps writers away until the table is published, so a transaction has either ended before, or
 * all that it writes in the table is published: one that wrote before and went on would be told in half.
 *
 * @throws the error of the client, for example that the lock was not to be had, or that the table is somebody else's.
 */
export async function publishTable(tx: Queryable, name: string): Promise<void> {
  await installPublication(tx)
  await tx.query(`select pg_advisory_xact_lock(${installLock})::text`)
  if ((await publishedMarks(tx, [name])).has(name)) return
  const table = quoteTable(name)
  const [found] = await tx.query<{ isFull: boolean; isPublished: boolean; isWhole: boolean }>(
    `select c.relreplident = 'f' as "isFull", pr.oid is not null as "isPublished",
       p.pubinsert and p.pubupdate and p.pubdelete and p.pubtruncate and not p.puballtables as "isWhole"
     from pg_class c join pg_publication p on p.pubname = '${publication}'
     left join pg_publication_rel pr on pr.prrelid = c.oid and pr.prpubid = p.oid
     where c.oid = to_regclass($1)`,
    [table],
  )
  if (!found) throw new BaroError('bad-definition', `The table ${quote(name)} is not there.`)
  if (!found.isWhole)
    throw new BaroError(
      'bad-definition',
      `The publication "${publication}" is not ours: it has all tables, or leaves out some changes. Drop it, and it is made anew.`,
    )
  await tx.query(`set local lock_timeout = ${lockTimeoutMs}`)
  // The strongest lock first: whoever takes a weaker one and then this one may wait for somebody who does the same.
  if (found.isFull) await tx.query(`lock table ${table} in share row exclusive mode`)
  else await tx.query(`alter table ${table} replica identity full`)
  // It has a condition or a list of columns: whoever wrote it wanted less than all.
  if (found.isPublished) await tx.query(`alter publication ${quoteName(publication)} drop table ${table}`)
  await tx.query(`alter publication ${quoteName(publication)} add table ${table}`)
}

/** The server tells no more of a table. Its replica identity stays: nobody knows what it was. */
export async function unpublishTable(tx: Queryable, name: string): Promise<void> {
  const [found] = await tx.query(
    `select from pg_publication_rel join pg_publication p on p.oid = prpubid
     where pubname = '${publication}' and prrelid = to_regclass($1)`,
    [quoteTable(name)],
  )
  if (!found) return
  await tx.query(`set local lock_timeout = ${lockTimeoutMs}`)
  await tx.query(`alter publication ${quoteName(publication)} drop table ${quoteTable(name)}`)
}

/** Takes our triggers from tables that no feed reads by triggers any more. One that others hold keeps them for now. */
export async function dropIdleTriggers(driver: PostgresDriver, names: readonly string[]): Promise<void> {
  const idle = await driver.query<{ name: string }>(
    `select name from unnest($1::text[], $2::text[]) as wanted(name, quoted)
     where exists (select from pg_trigger where tgrelid = to_regclass(quoted) and tgname = '0baro')
       and not exists (
         select from ${schema}.feed_tables t join ${schema}.feeds using (feed) where t.name = wanted.name and kind = 'triggers')`,
    [[...names], names.map(quoteTable)],
  )
  for (const { name } of idle)
    await driver
      .transaction('read committed', async (tx) => {
        await tx.query(`set local lock_timeout = ${lockTimeoutMs}`)
        await dropTriggers(tx, quoteTable(name))
      })
      .catch(() => {})
}

/**
 * The transactions that may have written a table and have not ended. Nobody waits for us: to ask again tells which of them are
 * left.
 */
export async function writersOf(database: Queryable, name: string): Promise<ReadonlySet<string>> {
  const rows = await database.query<{ writer: string }>(
    `select distinct virtualtransaction as writer from pg_locks
     where locktype = 'relation' and relation = to_regclass($1) and granted
       and database = (select oid from pg_database where datname = current_database())
       and mode in ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')`,
    [quoteTable(name)],
  )
  return new Set(rows.map(({ writer }) => writer))
}

/** @throws {BaroError} `bad-definition` if the server does not publish what the definition names. */
export async function checkPublishable(database: Queryable, { name, columns }: TableShape): Promise<void> {
  const found = await database.query<{ column: string; is: string }>(
    `select attname as "column", case
       when relpersistence <> 'p' then 'unlogged'
       when attgenerated <> '' then 'generated'
       else 'composed' end as "is"
     from pg_attribute join pg_class c on c.oid = attrelid
     join pg_type t on t.oid = atttypid left join pg_type item on item.oid = t.typelem and t.typcategory = 'A'
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped and attname = any ($2::text[])
       and (relpersistence <> 'p' or attgenerated <> '' or 'c' in (t.typtype, item.typtype)
         or exists (select from pg_cast where castsource = t.oid and casttarget = 'json'::regtype and t.typname <> 'jsonb'))`,
    [quoteTable(name), Object.keys(columns)],
  )
  const [first] = found
  if (!first) return
  const why: Readonly<Record<string, string>> = {
    unlogged: 'is unlogged, so the server does not write down its changes. Make it logged, or use',
    generated: `has the generated column ${quote(first.column)}, which the server does not publish. Leave it out of "columns", or use`,
    composed: `has the column ${quote(first.column)} of a composite type, which replication spells in another way. Leave it out of "columns", or use`,
  }
  throw new BaroError('bad-definition', `The table ${quote(name)} ${why[first.is]} feed: 'triggers'.`)
}
