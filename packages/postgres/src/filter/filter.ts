import { BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'
import { type ColumnType, type ColumnValue, typeName } from '../values/column-type.ts'
import { canonicalValue } from './canonical-value.ts'
import { type Comparing, type Condition, comparing, type Operator, operatorsOf } from './condition.ts'
import { byCode, formatFilter, readFilter } from './filter-text.ts'

/** What one column must be: a value that it equals, or operators that are all true. */
export type ColumnFilter<Value> =
  | Exclude<Value, null>
  | {
      readonly eq?: Exclude<Value, null>
      /** A null is not unequal, as in SQL. */
      readonly neq?: Exclude<Value, null>
      /** Of texts the order of their code points (`COLLATE "C"`). */
      readonly lt?: Exclude<Value, null>
      readonly lte?: Exclude<Value, null>
      readonly gt?: Exclude<Value, null>
      readonly gte?: Exclude<Value, null>
      readonly in?: readonly Exclude<Value, null>[]
      /** `%` is any text, `_` one character, `\` takes the next one as it is. */
      readonly like?: string
      /** The same; of the letters A to Z, upper and lower case are one. */
      readonly ilike?: string
      readonly is?: null | boolean
      /** Not `eq`, or null. */
      readonly isdistinct?: Exclude<Value, null>
      /** Of `true` and `false`, a null is neither. */
      readonly isnot?: null | boolean
      /** None of them, and no null. */
      readonly notin?: readonly Exclude<Value, null>[]
      /** Not `like`, and no null. */
      readonly notlike?: string
      readonly notilike?: string
    }

/** Which rows: all conditions are true. */
export type Filter<Columns extends Readonly<Record<string, ColumnType>>, Name extends string = string> = {
  readonly [Column in Name & keyof Columns]?: ColumnFilter<
    | ColumnValue<Columns[Column]>
    | (Columns[Column] extends `timestamptz${string}` ? Date : never)
    | (Columns[Column] extends `bigint${string}` | `numeric${string}` ? number | bigint : never)
  >
}

/** The columns that a table may be filtered by, and how they compare. */
export type FilterColumns = ReadonlyMap<string, Comparing>

/** Those of a definition: `names` is what it lets people filter by. */
export function filterColumns(columns: Readonly<Record<string, ColumnType>>, names: readonly string[]): FilterColumns {
  return new Map(
    names.map((name) => {
      const type = Object.hasOwn(columns, name) ? columns[name] : undefined
      const kind = type && comparing(type)
      if (!kind)
        throw new BaroError(
          'bad-definition',
          type
            ? `The column ${quote(name)} is ${typeName(type)}, which cannot be filtered by. Take it out of "filters".`
            : `"filters" names ${quote(name)}, which is not among the columns. Add it there, or correct the name.`,
        )
      return [name, kind]
    }),
  )
}

/**
 * The conditions of a filter object, checked.
 *
 * @throws {BaroError} `bad-name` if a column, an operator or a value is not one that the table can be filtered by.
 */
export function conditionsOf(columns: FilterColumns, filter: object): readonly Condition[] {
  return Object.entries(filter).flatMap(([column, wanted]) => {
    if (wanted === undefined) return []
    const asked: unknown = isPlain(wanted) ? wanted : { eq: wanted }
    return Object.entries(asked as object).flatMap(([operator, value]) =>
      value === undefined ? [] : [conditionOf(columns, column, operator, value)],
    )
  })
}

/**
 * The conditions that a segment of a channel name stands for; `undefined` if it is not the canonical spelling of a filter
 * that the table can have.
 */
export function parseFilter(columns: FilterColumns, text: string): readonly Condition[] | undefined {
  const conditions = readFilter(text)
  if (!conditions) return undefined
  try {
    const checked = conditions.map(({ column, operator, values }) =>
      conditionOf(
        columns,
        column,
        operator,
        operator.endsWith('in') ? values : isOfState(operator) ? isValues[values[0]] : values[0],
      ),
    )
    return formatFilter(checked) === text ? checked : undefined
  } catch {
    return undefined
  }
}

const isValues: Readonly<Record<string, unknown>> = Object.assign(Object.create(null), {
  null: null,
  true: true,
  false: false,
})

function conditionOf(columns: FilterColumns, column: string, operator: string, value: unknown): Condition {
  const refuse = (what: string): never => {
    throw new BaroError('bad-name', `The filter ${what}`)
  }
  const kind = columns.get(column)
  if (!kind)
    return refuse(
      `asks for the column ${quote(column)}, which is not among "filters" (${[...columns.keys()].join(', ') || 'none'}).`,
    )
  const known = operatorsOf[kind]
  if (!known.includes(operator as Operator))
    return refuse(`asks for ${quote(operator)} of ${quote(column)}. It knows ${known.join(', ')}.`)
  const condition = (...values: [string, ...string[]]): Condition => ({
    column,
    operator: operator as Operator,
    values,
  })
  if (isOfState(operator)) {
    if (value === null || (kind === 'boolean' && typeof value === 'boolean')) return condition(String(value))
    return refuse(
      `asks whether ${quote(column)} ${operator === 'is' ? 'is' : 'is not'} ${quote(value)}. Ask for null${kind === 'boolean' ? ', true or false' : ''}.`,
    )
  }
  const canonical = (one: unknown): string =>
    canonicalValue(kind, one) ??
    refuse(
      `compares ${quote(column)} with ${quote(one)}, which is no ${kind}.${one === null ? ' Ask for { is: null }.' : ''}`,
    )
  if (operator.endsWith('in')) {
    if (!Array.isArray(value) || value.length === 0)
      return refuse(
        `asks for ${quote(column)} ${operator === 'in' ? 'in' : 'not in'} ${quote(value)}. Give a list that is not empty.`,
      )
    const [first = '', ...others] = [...new Set(value.map(canonical))].sort(byCode)
    return condition(first, ...others)
  }
  const text = canonical(value)
  if (operator.endsWith('like') && /^(?:[^\\]|\\.)*\\$/su.test(text))
    return refuse(`ends the pattern ${quote(text)} with "\\". Write "\\\\" for one.`)
  return condition(text)
}

/** Whether a value is asked to be null, true or false, or not to be. */
function isOfState(operator: string): boolean {
  return operator === 'is' || operator === 'isnot'
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
