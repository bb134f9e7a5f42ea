import type { Row } from '../table/row-change.ts'
import type { ColumnType } from './column-type.ts'
import { readValue } from './read-value.ts'

/** The row of its texts: the columns of the definition, and no other. */
export function rowOf(
  columns: Readonly<Record<string, ColumnType>>,
  texts: Readonly<Record<string, string | null>>,
): Row {
  const row: Record<string, Row[string]> = {}
  for (const [column, type] of Object.entries(columns)) row[column] = readValue(type, texts[column] ?? null)
  return row
}
