import type { Json } from '@baro/core'
import type { ColumnType } from './column-type.ts'

/**
 * The value of a column, of its text. The text is what `to_jsonb(row) ->> column` says, with `TimeZone` UTC, `DateStyle`
 * ISO, `IntervalStyle` ISO 8601 and `bytea_output` hex: numbers with all their digits, arrays and JSON as JSON text, everything
 * else as PostgreSQL writes it. Rows of a query and rows of the log come the same way, so that both are the same value.
 *
 * @throws {TypeError} if the text is none of that type.
 */
export function readValue(type: ColumnType, text: string | null): Json {
  if (text === null) return null
  const scalar = type.replace(/ \| null$/, '')
  if (/^(smallint|integer|real|double precision)$/.test(scalar)) return Number(text)
  if (scalar === 'boolean') return text === 'true'
  if (/^jsonb?$|\[\]$/.test(scalar)) return JSON.parse(text) as Json
  return text
}
