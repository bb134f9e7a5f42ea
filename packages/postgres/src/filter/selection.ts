/** Which rows of a table a channel shows: those for which all conditions are true, in an order, and at most so many. */
import { BaroError, type Json } from '@baro/core'
import { quote } from '@baro/core/protocol'
import { type Columns, type ColumnType, type ColumnValue, scalarOf, typeName } from '../values/column-type.ts'
import { type Order, orderOf } from '../values/order.ts'
import { readValue } from '../values/read-value.ts'
import { writeValue } from '../values/write-value.ts'

/** What a column is compared by. As in SQL, a comparison with NULL is never true; `is` asks for NULL. */
export type Operator = 'eq' | 'neq' | 'lt' | 'lte' | 'gt' | 'gte' | 'in' | 'like' | 'ilike' | 'is'

/** What `is` may ask. */
export type Is = null | 'not null' | true | false

/** The conditions on a column. A bare value is `eq`. Several conditions must all be true. */
export type Conditions<Type extends ColumnType> =
  | NonNullable<ColumnValue<Type>>
  | {
      readonly [Op in 'eq' | 'neq' | 'lt' | 'lte' | 'gt' | 'gte']?: NonNullable<ColumnValue<Type>>
    }
  | { readonly in?: readonly NonNullable<ColumnValue<Type>>[] }
  /** `%` stands for any text, `_` for one character, a backslash before them for themselves. `ilike` takes A to Z and a to z for the same. */
  | { readonly like?: string; readonly ilike?: string }
  | { readonly is?: Is }

/** Conditions on some of the columns; all must be true. */
export type Where<C extends Columns> = { readonly [Name in keyof C]?: Conditions<C[Name]> }

/** One column of an order; with a hyphen before it, from the greatest to the least. */
export type OrderedBy<C extends Columns> = `${'-' | ''}${keyof C & string}`

/** In what order, and how many of the rows. */
export interface Window<C extends Columns = Columns> {
  /** The columns to sort by, the most important one first. The key comes last by itself. Default: by the key. */
  readonly order?: readonly OrderedBy<C>[]
  /** Most rows to show, from 1 to 1,000. Default: all. */
  readonly limit?: number
}

/** One condition, checked. The value is in the form that rows have. */
export interface Condition {
  readonly column: string
  readonly operator: Operator
  /** A list for `in`. */
  readonly value: Json
}

/** One column of an order, checked. */
export interface Sorting {
  readonly column: string
  readonly descending: boolean
}

/** A checked selection. Equal selections are equal values: conditions and lists are sorted, values have one spelling. */
export interface Selection {
  readonly conditions: readonly Condition[]
  readonly order: readonly Sorting[]
  readonly limit: number | undefined
}

/** Most rows of a limited channel. */
export const mostRows = 1_000

const operators: ReadonlySet<string> = new Set(['eq', 'neq', 'lt', 'lte', 'gt', 'gte', 'in', 'like', 'ilike', 'is'])

/**
 * Checks a selection against the columns of its table.
 *
 * @throws {BaroError} `bad-name` if a column is not declared, an operator is not known or not for this type, or a value is
 *   not of the type of its column.
 */
export function createSelection<C extends Columns>(
  columns: C,
  where: Where<C> = {},
  window: Window<C> = {},
): Selection {
  const conditions = Object.entries(where).flatMap(([column, asked]) => {
    const type = typeOf(columns, column)
    return operatorsIn(column, asked).map(([operator, value]) => createCondition(column, type, operator, value))
  })
  const byText = (one: Condition): string => JSON.stringify([one.column, one.operator])
  return {
    conditions: conditions.sort((a, b) => (byText(a) < byText(b) ? -1 : 1)),
    order: (window.order ?? []).map((one) => createSorting(columns, one)),
    limit: window.limit === undefined ? undefined : checkedLimit(window.limit),
  }
}

function typeOf(columns: Columns, column: string): ColumnType {
  const type = Object.hasOwn(columns, column) ? columns[column] : undefined
  if (type === undefined)
    throw bad(`The column ${quote(column)} is not declared. Declared are: ${Object.keys(columns).join(', ')}.`)
  return type
}

/** A bare value is `eq`; so are a list and bytes, which are objects too. */
function operatorsIn(column: string, asked: unknown): readonly (readonly [string, unknown])[] {
  if (asked === undefined) return []
  if (asked === null) throw bad(`${quote(column)} is compared with null, which is never true. Use { is: null }.`)
  const isBare = typeof asked !== 'object' || Array.isArray(asked) || ArrayBuffer.isView(asked) || asked instanceof Date
  return isBare ? [['eq', asked]] : Object.entries(asked).filter(([, value]) => value !== undefined)
}

/** @throws {BaroError} `bad-name`. */
export function createCondition(column: string, type: ColumnType, operator: string, value: unknown): Condition {
  if (!operators.has(operator))
    throw bad(`${quote(column)} has the operator ${quote(operator)}. Known are: ${[...operators].join(', ')}.`)
  const by = operator as Operator
  return { column, operator: by, value: operand(column, type, by, value) }
}

function operand(column: string, type: ColumnType, operator: Operator, value: unknown): Json {
  if (operator === 'is') return isValue(column, type, value)
  if (operator === 'like' || operator === 'ilike') return patternValue(column, type, operator, value)
  const order = orderOf(type)
  if (!order)
    throw bad(`${quote(column)} is of type ${typeName(type)}, which only "is" can filter. Filter by another column.`)
  if (operator !== 'in') return canonical(column, type, value)
  if (!Array.isArray(value) || value.length === 0)
    throw bad(`${quote(column)} has "in" with ${quote(value)}. Give a list with at least one value.`)
  return sortedValues(
    value.map((one) => canonical(column, type, one)),
    order,
  )
}

function sortedValues(values: readonly Json[], order: Order): Json {
  const compare = order as (a: Json, b: Json) => number
  const sorted = values.toSorted(compare)
  return sorted.filter((one, index) => index === 0 || compare(one, sorted[index - 1] as Json) !== 0)
}

function isValue(column: string, type: ColumnType, value: unknown): Json {
  if (value === null || value === 'not null') return value
  if (typeof value === 'boolean' && scalarOf(type) === 'boolean') return value
  throw bad(`${quote(column)} has "is" with ${quote(value)}. Use null, 'not null', or for a bool true or false.`)
}

function patternValue(column: string, type: ColumnType, operator: string, value: unknown): string {
  const scalar = scalarOf(type)
  if (scalar !== 'text' && scalar !== 'varchar')
    throw bad(`${quote(column)} is of type ${typeName(type)}, which ${quote(operator)} cannot filter. Use it for text.`)
  const pattern = String(canonical(column, type, value))
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(pattern))
    throw bad(`The pattern ${quote(pattern)} ends with a backslash, which takes the next character as it is. Add one.`)
  return pattern
}

/** The one spelling of a value: `1.50` and `1.5` are equal, so they are one channel. */
function canonical(column: string, type: ColumnType, value: unknown): Json {
  if (value === null || value === undefined)
    throw bad(`${quote(column)} is compared with ${quote(value)}, which is never true. Use { is: null }.`)
  try {
    const read = readValue(type, writeValue(type, value))
    if (typeof read === 'string') {
      if (/\p{Surrogate}/u.test(read))
        throw bad(`${quote(column)} is compared with half of a character. Send whole ones.`)
      const scalar = scalarOf(type)
      if (scalar === 'char') return read.replace(/ +$/, '')
      if (scalar === 'numeric' || scalar === 'bigint') return canonicalDecimal(read)
    }
    return read
  } catch (error) {
    throw error instanceof BaroError ? bad(`${quote(column)}: ${error.message}`) : error
  }
}

function canonicalDecimal(text: string): string {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(text) ?? []
  if (whole === '') return text
  const digits = fraction ? `${whole}.${fraction}` : whole
  return digits === '0' ? '0' : `${sign}${digits}`
}

function createSorting(columns: Columns, text: string): Sorting {
  const descending = text.startsWith('-')
  const column = descending ? text.slice(1) : text
  const type = typeOf(columns, column)
  if (!orderOf(type))
    throw bad(`${quote(column)} is of type ${typeName(type)}, which has no order. Sort by another column.`)
  return { column, descending }
}

function checkedLimit(limit: number): number {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > mostRows)
    throw bad(`The limit is ${quote(limit)}. Use a whole number from 1 to ${mostRows}.`)
  return limit
}

function bad(message: string): BaroError {
  return new BaroError('bad-name', message)
}
