import type { Row, RowChange } from '../table/row-change.ts'

/** Folds one change into a list of rows. A row that is there stays at its place; a new one comes last. */
export function foldRows(rows: readonly Row[], key: readonly string[], change: RowChange): readonly Row[] {
  if (change.type === 'truncate') return []
  const same = (one: Row, other: Row) => key.every((name) => one[name] === other[name])
  const { payload } = change
  if (change.type === 'delete') return rows.filter((row) => !same(row, payload.key as Row))
  const { row } = payload as { row: Row }
  const others = rows.filter((one) => !same(one, row) || same(one, payload.key as Row))
  const at = others.findIndex((one) => same(one, payload.key as Row))
  return at < 0 ? [...others, row] : others.with(at, row)
}
