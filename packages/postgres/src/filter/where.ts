/** A filter as SQL. It must let through exactly what `matches` lets through. */
import { quoteName } from '../feed/quote-name.ts'
import type { TableShape } from '../table/table.ts'
import type { Comparing, Condition, Operator } from './condition.ts'

const comparison: Readonly<Partial<Record<Operator, string>>> = {
  eq: '=',
  neq: '<>',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  isdistinct: 'is distinct from',
}

/** Parameters come as text, so that no client guesses a type. */
const typeOf: Readonly<Record<Comparing, string>> = {
  integer: 'bigint',
  numeric: 'numeric',
  real: 'real',
  double: 'double precision',
  boolean: 'boolean',
  text: 'text',
  uuid: 'uuid',
  label: 'text',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
}

/** The text after `where`, and its parameters from `$1` on. */
export function whereOf(
  { filters }: Pick<TableShape, 'filters'>,
  conditions: readonly Condition[],
): { readonly text: string; readonly values: readonly unknown[] } {
  const values: unknown[] = []
  const parameter = (value: unknown) => `$${values.push(value)}`
  const texts = conditions.map(({ column, operator, values: [first, ...others] }) => {
    const kind = filters.get(column) ?? 'text'
    const isText = kind === 'text' || kind === 'label'
    const name = isText ? `${quoteName(column)}::text` : quoteName(column)
    const sign = comparison[operator]
    // Texts are ordered by code point, whatever the order of the column: nobody else could say it without the database.
    const ordered = kind === 'text' && /^(lt|gt)/.test(operator) ? `${name} collate "C"` : name
    if (sign) return `${ordered} ${sign} ${parameter(first)}::text::${typeOf[kind]}`
    const list = () => `(${parameter([first, ...others])}::text[]::${typeOf[kind]}[])`
    if (operator === 'in') return `${name} = any ${list()}`
    if (operator === 'notin') return `${name} <> all ${list()}`
    const known = first === 'null' ? 'null' : first === 'true' ? 'true' : 'false'
    if (operator === 'is') return `${name} is ${known}`
    if (operator === 'isnot') return `${name} is not ${known}`
    return `${name} collate "C" ${operator.replace(/^not/, 'not ')} ${parameter(first)}::text`
  })
  return { text: texts.join(' and ') || 'true', values }
}
