import type { Json } from '@baro/core'

/** The types of PostgreSQL that a column may have, and what a value of each is in JSON and in the browser. */
interface ValueOf {
  smallint: number
  integer: number
  real: number
  'double precision': number
  /** Text: a number of JavaScript would lose digits. */
  bigint: string
  /** Text, with all digits that the column has. */
  numeric: string
  boolean: boolean
  text: string
  uuid: string
  date: string
  time: string
  timestamp: string
  /** ISO 8601 in UTC, with the microseconds. */
  timestamptz: string
  interval: string
  bytea: string
  json: Json
  jsonb: Json
}

/** The name of a type without its array brackets. */
export type ScalarType = keyof ValueOf & string
/** `'text[]'`: the elements may be null. */
export type ArrayType = `${ScalarType}[]`
/** The type of a column, `'text'`; one that may be null is `'text | null'`. */
export type ColumnType = ScalarType | ArrayType | `${ScalarType | ArrayType} | null`

/** What a column holds, as a page gets it. */
export type ColumnValue<Type extends ColumnType> = Type extends `${infer Inner extends ScalarType | ArrayType} | null`
  ? NotNull<Inner> | null
  : Type extends ScalarType | ArrayType
    ? NotNull<Type>
    : never
type NotNull<Type extends ScalarType | ArrayType> = Type extends `${infer Item extends ScalarType}[]`
  ? readonly (ValueOf[Item] | null)[]
  : Type extends ScalarType
    ? ValueOf[Type]
    : never
