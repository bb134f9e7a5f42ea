import {
  BaroError,
  type ChannelDefinition,
  channel,
  type HistoryOptions,
  type Reference,
  type Schema,
} from '@baro/core'
import { encodeSegment, maxChannelNameBytes, quote } from '@baro/core/protocol'
import { type Condition, comparing } from '../filter/condition.ts'
import { conditionsOf, type Filter, type FilterColumns, filterColumns, parseFilter } from '../filter/filter.ts'
import { formatFilter, isFilterName } from '../filter/filter-text.ts'
import { foldChange, isShort, noRows, type RowsState } from '../state/rows-state.ts'
import { cutWindow, type Window, type WindowOptions, windowOf, withWindow } from '../state/window.ts'
import { assertColumnType, type ColumnType, type ColumnValue } from '../values/column-type.ts'
import type { RowChange, RowEvents } from './row-change.ts'

/** The columns of a table with their types. */
export type Columns = Readonly<Record<string, ColumnType>>

/** The rows of these columns. */
export type RowOf<C extends Columns> = { readonly [Name in keyof C & string]: ColumnValue<C[Name]> }

/** What `table` takes. */
export interface TableOptions<C extends Columns, K extends keyof C & string, F extends keyof C & string> {
  /** The columns that tell rows apart: a primary key, or a unique key without nulls. */
  readonly key: readonly [K, ...K[]]
  /** The columns that pages get, with their types as PostgreSQL names them. No other column leaves the server. */
  readonly columns: C
  /** The columns that rows may be chosen and sorted by. Default: none, every channel shows the whole table by its key. */
  readonly filters?: readonly F[]
  /** How much of the changes is kept, of all filters together. Default: 10,000 rows and 16 MiB, for 24 hours. */
  readonly history?: HistoryOptions
  /** As for `channel`. Change it when the columns change. Default `'1'`. */
  readonly version?: string
}

/** What the server knows of a table by its definition. */
export interface TableShape {
  /** Schema and name, as they stand in the channel name before encoding: `public.messages`. */
  readonly name: string
  readonly key: readonly string[]
  readonly columns: Columns
  readonly filters: FilterColumns
}

/** The types of a channel of rows. */
export interface TableTypes<C extends Columns, K extends keyof C & string, F extends keyof C & string> {
  args: [filter?: Filter<C, F>, window?: WindowOptions<F | K>]
  pattern: `rows:${string}:{filter}`
  events: RowEvents<RowOf<C>, K>
  // biome-ignore lint/complexity/noBannedTypes: it has no signals.
  signals: {}
  // biome-ignore lint/complexity/noBannedTypes: it has no requests.
  requests: {}
  state: RowsState<RowOf<C>>
  member: undefined
}

/** A defined table. Called with a filter, it returns the reference of the channel of those rows. */
export interface TableDefinition<
  C extends Columns = Columns,
  K extends keyof C & string = keyof C & string,
  F extends keyof C & string = keyof C & string,
> extends ChannelDefinition<TableTypes<C, K, F>> {
  /**
   * The reference of the rows that a filter lets through, sorted and limited as the window says; by default of all rows,
   * sorted by their key.
   *
   * @throws {BaroError} `bad-name` if a column, an operator or a value is not one that the table can be filtered by, or if
   *   the name gets longer than 255 bytes.
   */
  (filter?: Filter<C, F>, window?: WindowOptions<F | K>): Reference<TableTypes<C, K, F>>
  readonly table: TableShape
  /** The conditions of a channel, of the parameter in its name: for an access rule. */
  conditions(params: { readonly filter: string }): readonly Condition[]
  /** The order and the limit of a channel, of the parameter in its name. */
  window(params: { readonly filter: string }): Window
}

/** Only the database writes rows. */
const fromDatabase: Schema<never> = {
  '~standard': {
    version: 1,
    vendor: 'baro',
    validate: () => ({ issues: [{ message: 'rows come from the database: write to the table' }] }),
  },
}

const segment = /^[^\0]{1,63}$/su

/**
 * Defines the rows of a PostgreSQL table as channels, one for each filter. The same definition is imported by the server,
 * the pages and the browser.
 *
 * @param name Schema and table, as they are spelled in the catalogue: `public.messages`.
 * @throws {BaroError} `bad-definition` if the name, the key or a filter cannot be used.
 *
 * @example
 * ```ts
 * export const products = table('public.products', {
 *   key: ['id'],
 *   columns: { id: 'bigint', name: 'text', category: 'text', price: 'numeric', note: 'text | null' },
 *   filters: ['category', 'price'],
 * })
 * products({ category: 'tools', price: { lt: '100' } }) // { channel: 'rows:public.products:category.eq.tools~price.lt.100' }
 * products({}, { order: ['-price'], limit: 10 }) // the ten dearest
 * ```
 */
export function table<const C extends Columns, K extends keyof C & string, F extends keyof C & string = never>(
  name: string,
  { key, columns, filters = [], history, version }: TableOptions<C, K, F>,
): TableDefinition<C, K, F> {
  const bad = (what: string): never => {
    throw new BaroError('bad-definition', `The table ${quote(name)} ${what}`)
  }
  const parts = name.split('.')
  if (parts.length !== 2 || !parts.every((part) => segment.test(part)))
    bad('has no usable name. Write schema and table, as in "public.messages", without quotes.')
  if (!Array.isArray(key) || key.length === 0) bad('has no key. Name the columns that tell its rows apart.')
  for (const [column, type] of Object.entries(columns)) assertColumnType(column, type)
  for (const column of key)
    if (!Object.hasOwn(columns, column)) bad(`has the key ${quote(column)}, which is not among its columns.`)
    else if (!comparing(columns[column] as ColumnType))
      bad(`has the key ${quote(column)}, whose values do not compare. Use a key of numbers, texts, dates or uuids.`)
  for (const column of filters)
    if (!isFilterName(column))
      bad(
        `cannot be filtered by ${quote(column)}: the name must begin with a letter or "_", and have no "." and no "~".`,
      )
  const shape: TableShape = { name, key, columns, filters: filterColumns(columns, filters) }
  const fold =
    (type: RowChange['type']) =>
    (state: RowsState, { payload }: { readonly payload: unknown }) =>
      foldChange(shape, state, { type, payload } as RowChange)
  const sortable = new Set<string>([...key, ...filters])
  const parse = (text: string) => {
    const cut = cutWindow(sortable, text)
    const conditions = cut && parseFilter(shape.filters, cut.filter)
    return conditions && { conditions, window: cut.window }
  }
  const definition = channel(`rows:${encodeSegment(name)}:{filter}`, {
    params: { filter: (text: string) => parse(text) !== undefined },
    events: { insert: fromDatabase, update: fromDatabase, delete: fromDatabase, truncate: fromDatabase },
    state: {
      initial: (): RowsState => noRows,
      isShort,
      on: { insert: fold('insert'), update: fold('update'), delete: fold('delete'), truncate: fold('truncate') },
    },
    history: { size: 10_000, bytes: 16 << 20, ...history },
    ...(version !== undefined && { version }),
  })
  const { pattern, events, signals, requests, state, member, text } = definition
  const refer = (filter: object = {}, window: WindowOptions = {}) => {
    const written = withWindow(formatFilter(conditionsOf(shape.filters, filter)), windowOf(sortable, window))
    const bytes = pattern.text.length - '{filter}'.length + encodeSegment(written).length
    if (bytes > maxChannelNameBytes)
      throw new BaroError(
        'bad-name',
        `The filter makes a channel name of ${bytes} bytes; the longest is ${maxChannelNameBytes}. Compare with fewer or shorter values.`,
      )
    return definition({ filter: written })
  }
  return Object.assign(refer, {
    ...{ pattern, events, signals, requests, state, member, text },
    history: definition.history,
    version: definition.version,
    table: shape,
    conditions: ({ filter }: { readonly filter: string }) =>
      parse(filter)?.conditions ?? bad(`has no filter ${quote(filter)}.`),
    window: ({ filter }: { readonly filter: string }) =>
      parse(filter)?.window ?? bad(`has no filter ${quote(filter)}.`),
  }) as unknown as TableDefinition<C, K, F>
}

/** The table of a definition; `undefined` if it is no table. Bundles duplicate code, so it is known by its shape. */
export function tableOf(definition: object): TableShape | undefined {
  return 'table' in definition ? (definition.table as TableShape) : undefined
}
