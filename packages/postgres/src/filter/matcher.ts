/** Whether a filter lets a row through, as the database would decide it: no comparison with NULL is true. */
import type { Json } from '@baro/core'
import type { Row } from '../table/row-change.ts'
import { type Order, orderOf } from '../values/order.ts'
import type { Comparing, Condition } from './condition.ts'
import type { FilterColumns } from './filter.ts'
import { isLike } from './like.ts'

/** Makes the function that decides for each row. */
export function matcher(columns: FilterColumns, conditions: readonly Condition[]): (row: Row) => boolean {
  const tests = conditions.map((condition) => ({
    column: condition.column,
    test: testOf(columns.get(condition.column) ?? 'text', condition),
  }))
  return (row) => tests.every(({ column, test }) => test(row[column] ?? null))
}

/** How held values and those of a filter compare: as the widest type of their kind. */
const orderBy: Readonly<Record<Comparing, Order | undefined>> = {
  integer: orderOf('bigint'),
  numeric: orderOf('numeric'),
  real: orderOf('real'),
  double: orderOf('double precision'),
  boolean: orderOf('text'),
  text: orderOf('text'),
  uuid: orderOf('uuid'),
  date: orderOf('date'),
  timestamp: orderOf('timestamp'),
  timestamptz: orderOf('timestamptz'),
  label: orderOf('text'),
}

function testOf(kind: Comparing, { operator, values }: Condition): (held: Json) => boolean {
  const [value] = values
  if (operator === 'is') return value === 'null' ? (held) => held === null : (held) => String(held) === value
  if (operator === 'like' || operator === 'ilike') {
    const fold = operator === 'ilike' ? lowerAscii : (text: string) => text
    const pattern = fold(value)
    return (held) => typeof held === 'string' && isLike(fold(held), pattern)
  }
  const order = orderBy[kind] as ((a: string, b: string) => number) | undefined
  const compare = (held: Json, other: string): number => order?.(String(held), other) ?? Number.NaN
  if (operator === 'in') return (held) => held !== null && values.some((one) => compare(held, one) === 0)
  const decide = decisions[operator]
  return (held) => held !== null && decide(compare(held, value))
}

const decisions = {
  eq: (order: number) => order === 0,
  neq: (order: number) => order !== 0,
  lt: (order: number) => order < 0,
  lte: (order: number) => order <= 0,
  gt: (order: number) => order > 0,
  gte: (order: number) => order >= 0,
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
