/**
 * A filter as SQL. It lets the same rows through as `matcher` in JavaScript: the query that finds a row and the change of
 * that row must agree on who sees it (I12).
 */
import { BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'
import type { Comparing, Condition } from './condition.ts'
import type { FilterColumns } from './filter.ts'

/** Part of a statement, and its parameters. */
export interface Sql {
  readonly text: string
  readonly values: readonly string[]
}

/**
 * An identifier in double quotes.
 *
 * @throws {BaroError} `bad-definition` if PostgreSQL has no such name: it cuts a longer one in silence.
 */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0') || new TextEncoder().encode(name).length > 63)
    throw new BaroError('bad-definition', `${quote(name)} is no name in PostgreSQL. Use 1 to 63 bytes.`)
  return `"${name.replaceAll('"', '""')}"`
}

/**
 * What stands after `where`; `true` if the filter has no conditions.
 *
 * @param first The number of the first parameter.
 */
export function filterSql(columns: FilterColumns, conditions: readonly Condition[], first = 1): Sql {
  const values: string[] = []
  const parameter = (kind: Comparing, value: string): string => {
    values.push(value)
    return `$${first + values.length - 1}::${castOf[kind]}`
  }
  const text = conditions
    .map((condition) => conditionSql(columns.get(condition.column) ?? 'text', condition, parameter))
    .join(' and ')
  return { text: text || 'true', values }
}

/** What a parameter is read as. A text that is none of that type never gets here: canonical values are. */
const castOf: Readonly<Record<Comparing, string>> = {
  integer: 'bigint',
  numeric: 'numeric',
  real: 'real',
  double: 'double precision',
  boolean: 'boolean',
  text: 'text',
  uuid: 'uuid',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  label: 'text',
}

const signs = { eq: '=', neq: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=', like: 'like', ilike: 'ilike' } as const

function conditionSql(
  kind: Comparing,
  { column, operator, values }: Condition,
  parameter: (kind: Comparing, value: string) => string,
): string {
  // Whoever names a label that there is not gets no rows, not an error of the database.
  const name = `${quoteIdentifier(column)}${kind === 'label' ? '::text' : ''}`
  if (operator === 'is') return `${name} is ${values[0] === 'true' || values[0] === 'false' ? values[0] : 'null'}`
  if (operator === 'in') return `${name} in (${values.map((one) => parameter(kind, one)).join(', ')})`
  // Equal texts have the same bytes under every deterministic collation, so there an index of the column can be used.
  const isCollated = kind === 'text' && !['eq', 'neq', 'like'].includes(operator)
  return `${name}${isCollated ? ' collate "C"' : ''} ${signs[operator]} ${parameter(kind, values[0])}`
}
