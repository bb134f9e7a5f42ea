import type { Row } from '../table/row-change.ts'
import type { ColumnType } from './column-type.ts'
import { readValue } from './read-value.ts'

/**
 * The row of its texts: the columns of the definition, and no other.
 *
 * @throws {Error} if a column is not there, or a text is none of its type.
 */
export function rowOf(
  columns: Readonly<Record<string, ColumnType>>,
  texts: Readonly<Record<string, string | null>>,
): Row {
  const row: Record<string, Row[string]> = {}
  for (const [column, type] of Object.entries(columns)) {
    const text = texts[column]
    if (text === undefined) throw new Error(`it has no column ${JSON.stringify(column)}`)
    row[column] = readValue(type, text)
  }
  return row
}
