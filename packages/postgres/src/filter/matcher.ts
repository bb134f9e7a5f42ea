/** Whether a row is in a selection, as the database would decide it: what is compared with NULL is not. */
import type { Json } from '@baro/core'
import type { Columns } from '../values/column-type.ts'
import { orderOf } from '../values/order.ts'
import { isLike } from './like.ts'
import type { Condition, Selection } from './selection.ts'

/** A row as pages get it. */
export type Row = Readonly<Record<string, Json>>

/** Makes the function that decides for each row. */
export function matcher(columns: Columns, { conditions }: Pick<Selection, 'conditions'>): (row: Row) => boolean {
  const tests = conditions.map((one) => ({ column: one.column, test: testOf(columns, one) }))
  return (row) => tests.every(({ column, test }) => test(row[column] ?? null))
}

function testOf(columns: Columns, { column, operator, value }: Condition): (held: Json) => boolean {
  if (operator === 'is') return value === 'not null' ? (held) => held !== null : (held) => held === value
  if (operator === 'like' || operator === 'ilike') {
    const fold = operator === 'ilike' ? lowerAscii : (text: string) => text
    const pattern = fold(String(value))
    return (held) => typeof held === 'string' && isLike(fold(held), pattern)
  }
  const order = orderOf(columns[column] ?? 'text') as ((a: Json, b: Json) => number) | undefined
  if (!order) return () => false
  if (operator === 'in')
    return (held) => held !== null && (value as readonly Json[]).some((one) => order(held, one) === 0)
  const decide = decisions[operator]
  return (held) => held !== null && decide(order(held, value))
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
