/** Rows and the snapshot that they were read at, in one transaction. */
import { BaroError, type Params } from '@baro/core'
import { quote } from '@baro/core/protocol'
import { quoteName, quoteTable } from '../feed/quote-name.ts'
import { schema } from '../feed/schema.ts'
import { whereOf } from '../filter/where.ts'
import type { PostgresDriver, Queryable } from '../ports/driver.ts'
import type { QueriedContext, ReadRows } from '../queried.ts'
import type { Texts } from '../ring/ring-entry.ts'
import { windowSql } from '../state/window-sql.ts'
import type { Row } from '../table/row-change.ts'
import type { TableShape } from '../table/table.ts'
import { rowOf } from '../values/row-of.ts'
import { type DatabaseSnapshot, parseSnapshot } from './database-snapshot.ts'

/** What was read, and at which snapshot of which life of the database. */
export interface ReadRowsResult {
  readonly epoch: string
  readonly snapshot: DatabaseSnapshot
  readonly rows: readonly Row[]
}

// Each setting decides how a value becomes text. They are those of the log, so that a row is the same wherever it comes from.
// The last one makes a query fail that policies would take rows from: what follows brings all of them (I12).
const settings = [
  'TimeZone=UTC',
  'DateStyle=ISO',
  'IntervalStyle=iso_8601',
  'bytea_output=hex',
  'extra_float_digits=1',
  'row_security=off',
]
  .map((setting) => setting.split('='))
  .map(([name, value]) => `set_config('${name}', '${value}', true)`)
  .join(', ')

/**
 * Reads rows in a `REPEATABLE READ` transaction. Its first statement says the snapshot, which is the one that all later
 * statements see.
 *
 * @throws {BaroError} `bad-definition` if the query does not return the columns of the table; else what the client throws.
 */
export async function readRows(
  driver: PostgresDriver,
  table: TableShape,
  maxRows: number,
  read: ReadRows<Params> | undefined,
  context: QueriedContext,
): Promise<ReadRowsResult> {
  return driver.transaction('repeatable read', async (tx) => {
    const [at] = await tx.query<{ snapshot: string; epoch: string }>(
      `select pg_current_snapshot()::text as snapshot, epoch, ${settings} from ${schema}.life`,
    )
    if (!at) throw new BaroError('unavailable', 'The database has no feed any more. Restart the hub.')
    const rows = await (read
      ? read({ rows: (sql, values) => rowsOf(tx, table, sql, values ?? []) }, context)
      : allRows(tx, table, maxRows, context))
    return { epoch: at.epoch, snapshot: parseSnapshot(at.snapshot), rows }
  })
}

async function allRows(
  tx: Queryable,
  table: TableShape,
  maxRows: number,
  { conditions, window }: QueriedContext,
): Promise<readonly Row[]> {
  const { text, values } = whereOf(table, conditions)
  const columns = Object.keys(table.columns).map(quoteName).join(', ')
  const rows = await rowsOf(
    tx,
    table,
    `select ${columns} from ${quoteTable(table.name)} where ${text} ${windowSql(table, window, maxRows + 1)}`,
    values,
  )
  if (window.limit === undefined && rows.length > maxRows)
    throw new BaroError(
      'bad-definition',
      `More than ${maxRows} rows of ${quote(table.name)} are in one channel. Follow fewer by a filter or a limit, or raise "maxRows".`,
    )
  return rows
}

/** The rows of any query, each column as text, in the order of the query. */
async function rowsOf(
  tx: Queryable,
  table: TableShape,
  sql: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  // Nothing in the outer statement sorts or joins, so the rows come as the inner one gives them.
  const rows = await tx.query<{ texts: string }>(
    `select (select json_object_agg(key, value) from jsonb_each_text(to_jsonb(asked)))::text as texts from (${sql}\n) as asked`,
    values,
  )
  return rows.map(({ texts }) => {
    const found = JSON.parse(texts) as Texts
    for (const column of Object.keys(table.columns))
      if (!Object.hasOwn(found, column))
        throw new BaroError(
          'bad-definition',
          `The query of ${quote(table.name)} does not return the column ${quote(column)}. Select it.`,
        )
    return rowOf(table.columns, found)
  })
}
