/**
 * The types a column may be declared as, and what a page gets for each. Every value goes over the wire as JSON or bytes in
 * which nothing is lost: what a number of JavaScript cannot hold (`bigint`, `numeric`) is the text PostgreSQL itself writes.
 */
import { BaroError, type Json } from '@baro/core'
import { quote } from '@baro/core/protocol'

/** A range of values: `[` and `]` include a bound, `(` and `)` do not; `null` is a side without a bound. */
export type RangeValue<Bound> = {
  readonly lower: Bound | null
  readonly upper: Bound | null
  readonly bounds: '[]' | '[)' | '(]' | '()'
}

/** What `real` and `double precision` hold: JSON has no name for three of their values. */
export type FloatValue = number | 'NaN' | 'Infinity' | '-Infinity'

/** The value of each scalar type, as a page gets it. */
export interface ScalarValues {
  boolean: boolean
  smallint: number
  integer: number
  /** Decimal text, because a number holds 53 bits. `BigInt(value)` calculates with it. */
  bigint: string
  /** Decimal text with the scale that was stored, for example `'1.10'`; or `'NaN'`, `'Infinity'`, `'-Infinity'`. */
  numeric: string
  real: FloatValue
  'double precision': FloatValue
  text: string
  varchar: string
  /** With its spaces. */
  char: string
  /** Lower case, with hyphens. */
  uuid: string
  /** `'2026-11-28'`, or `'infinity'`, `'-infinity'`. */
  date: string
  /** `'2026-11-28T20:55:01.123456'`, without a zone; or as for `date`. */
  timestamp: string
  /** `'2026-11-28T20:55:01.123456Z'`, always in UTC, to the microsecond; or as for `date`. */
  timestamptz: string
  /** `'20:55:01.5'`. */
  time: string
  /** `'20:55:01.5+09'`. */
  timetz: string
  /** As PostgreSQL writes it. */
  interval: string
  bytea: Uint8Array<ArrayBuffer>
  /** Any JSON. A number in it that a double cannot hold is its text. JSON’s `null` is the `null` of a missing value too. */
  json: Json
  jsonb: Json
  int4range: RangeValue<number> | 'empty'
  int8range: RangeValue<string> | 'empty'
  numrange: RangeValue<string> | 'empty'
  daterange: RangeValue<string> | 'empty'
  tsrange: RangeValue<string> | 'empty'
  tstzrange: RangeValue<string> | 'empty'
}

/** The name of a type without brackets. */
export type ScalarType = keyof ScalarValues
/** `'text[]'`; the items may be null. */
export type ListType = `${ScalarType}[]`
/** The labels of an enum in their order; `null` among them if the column may be null. */
export type Labels = readonly [string, ...(string | null)[]]
/** The type of a column, `'text'`; one that may be null is `'text | null'`. An enum is the list of its labels. */
export type ColumnType = ScalarType | ListType | `${ScalarType | ListType} | null` | Labels

/** A list, nested if the array has several dimensions. */
export type ListValue<Item> = readonly (Item | null | ListValue<Item>)[]

/** What a column of this type holds, as a page gets it. */
export type ColumnValue<Type extends ColumnType> = Type extends Labels
  ? Type[number]
  : Type extends `${infer Inner extends ScalarType | ListType} | null`
    ? NotNull<Inner> | null
    : Type extends ScalarType | ListType
      ? NotNull<Type>
      : never

type NotNull<Type extends ScalarType | ListType> = Type extends `${infer Item extends ScalarType}[]`
  ? ListValue<ScalarValues[Item]>
  : Type extends ScalarType
    ? ScalarValues[Type]
    : never

/** What a type is made of. */
export type Parts =
  | { readonly labels: readonly string[]; readonly mayBeNull: boolean }
  | { readonly scalar: ScalarType; readonly isList: boolean; readonly mayBeNull: boolean }

/** Takes a type apart. */
export function partsOf(type: ColumnType): Parts {
  if (typeof type !== 'string')
    return { labels: type.filter((label) => label !== null), mayBeNull: type.includes(null) }
  const inner = type.replace(/ \| null$/, '')
  const scalar = inner.replace(/\[\]$/, '') as ScalarType
  return { scalar, isList: scalar !== inner, mayBeNull: inner !== type }
}

/** The scalar type of a column that holds no list and is no enum. */
export function scalarOf(type: ColumnType): ScalarType | undefined {
  const parts = partsOf(type)
  return 'scalar' in parts && !parts.isList ? parts.scalar : undefined
}

/** What the bounds of a range are; `undefined` if the type is no range. */
export function boundOf(type: ScalarType): ScalarType | undefined {
  return rangeBounds[type]
}

const rangeBounds: Partial<Record<ScalarType, ScalarType>> = {
  int4range: 'integer',
  int8range: 'bigint',
  numrange: 'numeric',
  daterange: 'date',
  tsrange: 'timestamp',
  tstzrange: 'timestamptz',
}

/** How a type is named in an error. */
export function typeName(type: ColumnType): string {
  return typeof type === 'string' ? type : `enum (${type.join(', ')})`
}

/** Each type, and the other names that people know it by. */
const scalarTypes: Readonly<Record<ScalarType, readonly string[]>> = {
  boolean: ['bool'],
  smallint: ['int2'],
  integer: ['int', 'int4', 'serial'],
  bigint: ['int8', 'bigserial'],
  numeric: ['decimal'],
  real: ['float4'],
  'double precision': ['float8', 'float'],
  text: ['string', 'citext'],
  varchar: ['character varying'],
  char: ['bpchar', 'character'],
  uuid: [],
  date: [],
  timestamp: ['timestamp without time zone'],
  timestamptz: ['timestamp with time zone'],
  time: ['time without time zone'],
  timetz: ['time with time zone'],
  interval: [],
  bytea: ['bytes'],
  json: [],
  jsonb: [],
  int4range: [],
  int8range: [],
  numrange: [],
  daterange: [],
  tsrange: [],
  tstzrange: [],
}

/**
 * Refuses a column whose type is not known.
 *
 * @throws {BaroError} `bad-definition`.
 */
export function assertColumnType(column: string, type: unknown): asserts type is ColumnType {
  if (Array.isArray(type)) {
    const isSound = typeof type[0] === 'string' && type.every((one) => typeof one === 'string' || one === null)
    if (isSound && new Set(type).size === type.length) return
    throw new BaroError(
      'bad-definition',
      `The column ${quote(column)} is declared as an enum with the labels ${quote(type)}. List each label once, as text.`,
    )
  }
  const scalar = typeof type === 'string' ? partsOf(type as ColumnType) : undefined
  const name = scalar && 'scalar' in scalar ? scalar.scalar : String(type)
  if (typeof type === 'string' && Object.hasOwn(scalarTypes, name)) return
  const known = Object.entries(scalarTypes).find(([, names]) => names.includes(name))?.[0]
  const advice = known
    ? `Write '${String(type).replace(name, known)}'.`
    : `Known types are: ${Object.keys(scalarTypes).join(', ')}; a list of labels for an enum.`
  throw new BaroError('bad-definition', `The column ${quote(column)} is declared as ${quote(type)}. ${advice}`)
}
