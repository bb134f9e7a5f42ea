/**
 * A selection as SQL. It selects exactly what `matcher` selects in JavaScript: a row that a query finds and a change of it
 * must agree on who sees it (I12).
 */
import { BaroError, type Json } from '@baro/core'
import { quote } from '@baro/core/protocol'
import { type Columns, scalarOf } from '../values/column-type.ts'
import { writeValue } from '../values/write-value.ts'
import type { Condition, Selection } from './selection.ts'

/** Part of a statement, and the texts of its parameters. Their types are those of the columns beside them. */
export interface Sql {
  readonly text: string
  readonly values: readonly (string | null)[]
}

/**
 * An identifier in double quotes, with those in it doubled.
 *
 * @throws {BaroError} `bad-definition` if PostgreSQL cannot name it.
 */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > 63)
    throw new BaroError('bad-definition', `${quote(name)} is no name in PostgreSQL. Use 1 to 63 bytes.`)
  return `"${name.replaceAll('"', '""')}"`
}

/**
 * What stands after `where`.
 *
 * @param first The number of the first parameter.
 */
export function whereSql(columns: Columns, { conditions }: Pick<Selection, 'conditions'>, first = 1): Sql {
  const values: (string | null)[] = []
  const parameter = (column: string, value: Json): string => {
    values.push(writeValue(columns[column] ?? 'text', value))
    return `$${first + values.length - 1}`
  }
  const text = conditions.map((one) => conditionSql(columns, one, parameter)).join(' and ')
  return { text: text || 'true', values }
}

const signs = { eq: '=', neq: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const

function conditionSql(
  columns: Columns,
  { column, operator, value }: Condition,
  parameter: (column: string, value: Json) => string,
): string {
  const name = quoteIdentifier(column)
  switch (operator) {
    case 'is':
      return `${name} is ${String(value)}`
    case 'in':
      return `${name} in (${(value as readonly Json[]).map((one) => parameter(column, one)).join(', ')})`
    case 'like':
      return `${name} like ${parameter(column, value)}`
    case 'ilike':
      return `${name} collate "C" ilike ${parameter(column, value)}`
    // The same bytes are equal under every deterministic collation, and an index of the column can find them.
    case 'eq':
    case 'neq':
      return `${name} ${signs[operator]} ${parameter(column, value)}`
    default:
      return `${ordered(columns, column)} ${signs[operator]} ${parameter(column, value)}`
  }
}

function ordered(columns: Columns, column: string): string {
  const type = scalarOf(columns[column] ?? 'text')
  const isText = type === 'text' || type === 'varchar' || type === 'char'
  return `${quoteIdentifier(column)}${isText ? ' collate "C"' : ''}`
}

/** What stands after `order by`: the order of the selection, then the key, so that no two rows are equal. */
export function orderSql(columns: Columns, { order }: Pick<Selection, 'order'>, key: readonly string[]): string {
  const rest = key.filter((column) => !order.some((one) => one.column === column))
  return [...order, ...rest.map((column) => ({ column, descending: false }))]
    .map(({ column, descending }) => `${ordered(columns, column)} ${descending ? 'desc' : 'asc'}`)
    .join(', ')
}
