import type { Texts } from '../ring/ring-entry.ts'
import type { Row } from '../table/row-change.ts'
import type { ColumnType } from './column-type.ts'
import { readValue } from './read-value.ts'

/**
 * The text of a column. A column that is not there is no null: it was renamed or dropped, and nobody knows what it would hold.
 *
 * @throws {Error} if the column is not there.
 */
export function textIn(texts: Texts, column: string): string | null {
  const text = texts[column]
  if (text === undefined) throw new Error(`it has no column ${JSON.stringify(column)}`)
  return text
}

/**
 * The row of its texts: the columns of the definition, and no other.
 *
 * @throws {Error} if a column is not there, or a text is none of its type.
 */
export function rowOf(columns: Readonly<Record<string, ColumnType>>, texts: Texts): Row {
  const row: Record<string, Row[string]> = {}
  for (const [column, type] of Object.entries(columns)) row[column] = readValue(type, textIn(texts, column))
  return row
}
