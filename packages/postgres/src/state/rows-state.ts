/**
 * The rows of a channel, sorted and limited, and how a change folds into them. It runs on the server and in every browser.
 *
 * Of a limited channel the state holds the first rows, all of them up to `known`: nothing between them is missing. What comes
 * up to there is put in its place, what lies beyond is left out, and a row that leaves is replaced by a spare one. Once the
 * spare rows are used up, nobody knows the next one but the database. Then the state is short, shows what is certain, and the
 * reader asks for a new snapshot.
 */
import type { Json } from '@baro/core'
import type { Row, RowChange } from '../table/row-change.ts'
import type { ColumnType } from '../values/column-type.ts'
import { orderOf } from '../values/order.ts'
import { columnOf, readLimit, type Window } from './window.ts'

/** What a channel of rows shows. */
export interface RowsState<R extends object = Row> {
  /** In their order, at most as many as the channel’s limit. */
  readonly rows: readonly R[]
  /** Those that come next, not to be shown. Only of a limited channel. */
  readonly spare?: readonly R[]
  /** The window of the channel, because a reducer knows no more than the state. */
  readonly order?: readonly string[]
  readonly limit?: number
  /** The last place up to which all rows are here, by its key and the columns of the order. Absent: all rows are here. */
  readonly known?: Row
}

/** What is compared of a table. */
export interface SortedTable {
  readonly key: readonly string[]
  readonly columns: Readonly<Record<string, ColumnType>>
}

/** The state before anything is known. */
export const noRows: RowsState<never> = { rows: [] }

/** The state of rows that were read: at least {@link readLimit} of them, the first ones, or all that there are. */
export function rowsState(table: SortedTable, { order, limit }: Window, read: readonly Row[]): RowsState {
  const state = { rows: [], ...(order.length > 0 && { order }), ...(limit !== undefined && { limit }) }
  // A query of the application may give them in another order.
  return cut(table.key, state, read.toSorted(comparator(table, order)))
}

/** Whether there may be rows to show that only the database knows. */
export function isShort({ rows, limit, known }: RowsState<object>): boolean {
  return limit !== undefined && known !== undefined && rows.length < limit
}

/** Folds one change. */
export function foldChange(table: SortedTable, state: RowsState, change: RowChange): RowsState {
  const { key } = table
  if (change.type === 'truncate') {
    const { known: _, ...emptied } = state
    return cut(key, emptied, [])
  }
  const before = state.spare ? [...state.rows, ...state.spare] : state.rows
  const others = without(before, key, change.payload.key as Row)
  if (change.type === 'delete') return cut(key, state, others)
  const { row } = change.payload
  const compare = comparator(table, state.order ?? [])
  const rest = without(others, key, row)
  if (state.known && compare(row, state.known) > 0) return cut(key, state, rest)
  const at = placeOf(rest, row, compare)
  return cut(key, state, [...rest.slice(0, at), row, ...rest.slice(at)])
}

function without(rows: readonly Row[], key: readonly string[], gone: Row): readonly Row[] {
  const at = rows.findIndex((row) => key.every((column) => row[column] === gone[column]))
  return at < 0 ? rows : [...rows.slice(0, at), ...rows.slice(at + 1)]
}

/** Divides rows into those to show and spare ones. Of too many it keeps the first: the last of them is how far all are known. */
function cut(key: readonly string[], state: RowsState, all: readonly Row[]): RowsState {
  const { limit, order = [] } = state
  const most = readLimit({ limit })
  if (limit === undefined || most === undefined) return { ...state, rows: all }
  const kept = all.slice(0, most)
  // A read of exactly so many may have left some out.
  const last = kept.length === most ? kept.at(-1) : undefined
  const known = last
    ? Object.fromEntries([...order.map(columnOf), ...key].map((column) => [column, last[column] as Json]))
    : state.known
  return { ...state, rows: kept.slice(0, limit), spare: kept.slice(limit), ...(known && { known }) }
}

function placeOf(rows: readonly Row[], row: Row, compare: (a: Row, b: Row) => number): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(rows[middle] as Row, row) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** As the database sorts: NULL is greater than everything. The key comes last, so that no two rows are equal. */
function comparator({ key, columns }: SortedTable, order: readonly string[]): (a: Row, b: Row) => number {
  const steps = [...order, ...key].map((part) => {
    const column = columnOf(part)
    const compare = orderOf(columns[column] ?? 'text') as ((a: Json, b: Json) => number) | undefined
    return { column, sign: part === column ? 1 : -1, compare }
  })
  return (a, b) => {
    for (const { column, sign, compare } of steps) {
      const [one, other] = [a[column] ?? null, b[column] ?? null]
      if (one === other) continue
      const found = one === null ? 1 : other === null ? -1 : (compare?.(one, other) ?? 0)
      if (found !== 0) return sign * found
    }
    return 0
  }
}
