/** Which channels of rows the bindings of `postgres_changes` mean. Only tables that the application has declared are there. */
import { type AnyChannel, BaroError, type Json, type Reference } from '@baro/core'
import { accepted, quote, type Result, refused } from '@baro/core/protocol'
import { parseRowFilter, type RowFilter } from './row-filter.ts'
import type { ChangeType, TableOfRows } from './wire/change-frame.ts'
import { isRecord } from './wire/frame.ts'

/** What a client wants to know of the rows of a table, as it has asked for it. */
export interface Binding {
  readonly id: number
  readonly event: '*' | ChangeType
  readonly select: readonly string[] | undefined
  /** The channels to follow: of several tables, if it named none. */
  readonly references: readonly Reference[]
  /** The table of each of them. */
  readonly tables: ReadonlyMap<string, TableOfRows>
  /** The client's own words, which must come back to it as they are. */
  readonly asked: Readonly<Record<string, Json | undefined>>
}

/** A definition of `table(…)`, by its shape: bundles duplicate code. */
interface RowsDefinition {
  (filter: RowFilter): Reference
  readonly table: { readonly name: string; readonly columns: Readonly<Record<string, unknown>> }
}

/** Most bindings of one topic. */
const maxBindings = 100

/** Reads what a client wants to follow. It never throws. */
export function parseBindings(
  changes: Json | undefined,
  definitions: readonly AnyChannel[],
): Result<readonly Binding[]> {
  if (changes === undefined || changes === null) return accepted([])
  if (!Array.isArray(changes)) return bad('postgres_changes is no list.')
  if (changes.length > maxBindings) return bad(`postgres_changes has more than ${maxBindings} entries.`)
  const tables = definitions.filter((one) => one.table) as unknown as readonly RowsDefinition[]
  const bindings: Binding[] = []
  for (const [index, asked] of (changes as readonly Json[]).entries()) {
    const binding = parseBinding(asked, index + 1, tables)
    if (!binding.ok) return binding
    bindings.push(binding.value)
  }
  return accepted(bindings)
}

function parseBinding(asked: Json, id: number, tables: readonly RowsDefinition[]): Result<Binding> {
  if (!isRecord(asked)) return bad('An entry of postgres_changes is no object.')
  const { event: named, schema = 'public', table, filter, select } = asked
  const event = typeof named === 'string' ? named.toUpperCase() : named
  if (event !== '*' && event !== 'INSERT' && event !== 'UPDATE' && event !== 'DELETE')
    return bad(`The event ${quote(String(named))} is none of *, INSERT, UPDATE and DELETE.`)
  const meant = tables.filter((one) => {
    const [ownSchema, ownTable] = one.table.name.split('.')
    return (schema === '*' || schema === ownSchema) && (table === undefined || table === '*' || table === ownTable)
  })
  if (meant.length === 0)
    return refused(
      new BaroError(
        'unknown-channel',
        `No table of this server is ${quote(`${String(schema)}.${String(table ?? '*')}`)}. Declare it with table() and pass it to createHub.`,
      ),
    )
  const parsed = typeof filter === 'string' && filter !== '' ? parseRowFilter(filter) : accepted<RowFilter>({})
  if (!parsed.ok) return parsed
  const of = new Map<string, TableOfRows>()
  const references: Reference[] = []
  try {
    for (const definition of meant) {
      const reference = definition(parsed.value)
      const [ownSchema = '', ownTable = ''] = definition.table.name.split('.')
      of.set(reference.channel, { schema: ownSchema, table: ownTable, columns: definition.table.columns })
      references.push(reference)
    }
  } catch (error) {
    return refused(error as BaroError)
  }
  const columns = selectedFrom(select, [...of.values()])
  return columns.ok ? accepted({ id, event, select: columns.value, references, tables: of, asked }) : columns
}

/** The columns to send; `undefined` for all. */
function selectedFrom(select: Json | undefined, tables: readonly TableOfRows[]): Result<readonly string[] | undefined> {
  if (select === undefined || select === null) return accepted(undefined)
  if (!Array.isArray(select)) return bad('select is no list of columns.')
  if (select.length === 0) return accepted(undefined)
  for (const column of select as readonly Json[])
    for (const { schema, table, columns } of tables)
      if (typeof column !== 'string' || !Object.hasOwn(columns, column))
        return refused(
          new BaroError(
            'bad-message',
            `select names ${quote(String(column))}, which is no column of "${schema}.${table}" here. Take one of: ${Object.keys(columns).join(', ')}.`,
          ),
        )
  return accepted(select as readonly string[])
}

function bad(what: string): Result<never> {
  return refused(new BaroError('bad-message', `${what} Send what realtime-js sends.`))
}
