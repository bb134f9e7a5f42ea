/** A value as the text that PostgreSQL takes for it, for the parameters of a query. */
import { BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'
import { type ArrayTexts, writeArrayText } from './array-text.ts'
import {
  boundOf,
  type ColumnType,
  partsOf,
  type RangeValue,
  type ScalarType,
  scalarOf,
  typeName,
} from './column-type.ts'
import { endless, writeMoment } from './moment-text.ts'
import { writeRangeText } from './range-text.ts'
import { readValue } from './read-value.ts'

/**
 * The text of a value; `null` for NULL. It takes what {@link readValue} gives, and what means the same: a `bigint`, a `Date`.
 *
 * @throws {BaroError} `invalid-payload` if the value is not of this type.
 */
export function writeValue(type: ColumnType, value: unknown): string | null {
  if (value === null) return null
  const parts = partsOf(type)
  if ('labels' in parts) {
    if (typeof value === 'string' && parts.labels.includes(value)) return value
    throw wrong(type, value)
  }
  if (!parts.isList) return writeScalar(parts.scalar, value)
  if (!Array.isArray(value)) throw wrong(type, value)
  return writeArrayText(itemTexts(parts.scalar, value))
}

function itemTexts(item: ScalarType, list: readonly unknown[]): ArrayTexts {
  const isJson = item === 'json' || item === 'jsonb'
  return list.map((one) => {
    if (one === null) return null
    return Array.isArray(one) && !isJson ? itemTexts(item, one) : writeScalar(item, one)
  })
}

const integerBounds: Partial<Record<ScalarType, bigint>> = {
  smallint: 1n << 15n,
  integer: 1n << 31n,
  bigint: 1n << 63n,
}

function writeScalar(type: ScalarType, value: unknown): string {
  const bound = boundOf(type)
  if (bound) return writeRange(type, bound, value)
  switch (type) {
    case 'json':
    case 'jsonb': {
      const text = JSON.stringify(value)
      if (text === undefined) throw wrong(type, value)
      return text
    }
    case 'bytea':
      if (!(value instanceof Uint8Array)) throw wrong(type, value)
      return `\\x${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
    case 'boolean':
      if (typeof value !== 'boolean') throw wrong(type, value)
      return String(value)
    case 'smallint':
    case 'integer':
    case 'bigint':
      return writeInteger(type, value)
    case 'numeric':
      if (typeof value === 'bigint') return String(value)
      return asText(type, typeof value === 'number' ? decimalOf(value) : value)
    case 'real':
    case 'double precision':
      return asText(type, typeof value === 'number' ? String(value) : value)
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return writeMomentOf(type, value)
    case 'uuid':
      return asText(type, value)
    default:
      if (typeof value !== 'string' || value.includes('\0')) throw wrong(type, value)
      return value
  }
}

function writeInteger(type: ScalarType, value: unknown): string {
  const isInteger =
    typeof value === 'bigint' ||
    Number.isSafeInteger(value) ||
    (typeof value === 'string' && /^-?\d{1,20}$/.test(value))
  if (!isInteger) throw wrong(type, value)
  const integer = BigInt(value as string | number | bigint)
  const bound = integerBounds[type] ?? 0n
  if (integer < -bound || integer >= bound) throw wrong(type, value)
  return String(integer)
}

/** A number of JavaScript as digits alone: `1e21` is no spelling that `readValue` gives. */
function decimalOf(value: number): string {
  const text = String(value)
  return /e/.test(text) ? String(readValue('numeric', text.replace('e+', 'e'))) : text
}

/** What is its own text, if it reads as a value of the type. */
function asText(type: ScalarType, value: unknown): string {
  if (typeof value !== 'string') throw wrong(type, value)
  try {
    return String(readValue(type, value))
  } catch {
    throw wrong(type, value)
  }
}

/** Written as ISO 8601 or as a `Date`. A moment without a zone would mean that of the session, so it is refused. */
function writeMomentOf(type: 'date' | 'timestamp' | 'timestamptz', value: unknown): string {
  const isDate = value instanceof Date && !Number.isNaN(value.getTime())
  const text = isDate ? (type === 'date' ? value.toISOString().slice(0, 10) : value.toISOString()) : value
  if (typeof text !== 'string') throw wrong(type, value)
  const hasZone = /(?:Z|[+-]\d\d(?::?\d\d)?)$/.test(text.slice(10))
  const isSigned = /^[+-]\d{6}-/.test(text)
  if (!endless.has(text) && type === 'timestamptz' && !hasZone) throw wrong(type, value)
  if (!endless.has(text) && type === 'timestamp' && hasZone && !isDate) throw wrong(type, value)
  const written = isSigned || text.startsWith('0000-') ? writeMoment(text) : text
  return writeMoment(asText(type, written))
}

function writeRange(type: ScalarType, bound: ScalarType, value: unknown): string {
  if (value === 'empty') return value
  const { lower, upper, bounds } = Object(value) as Partial<RangeValue<string | number>>
  if (lower === undefined || upper === undefined || bounds === undefined || !/^[[(][\])]$/.test(bounds))
    throw wrong(type, value)
  const side = (one: string | number | null) => (one === null ? null : writeScalar(bound, one))
  return writeRangeText({ lower: side(lower), upper: side(upper), bounds })
}

function wrong(type: ColumnType, value: unknown): BaroError {
  return new BaroError('invalid-payload', `${quote(value)} is no ${typeName(type)}. ${howTo[kindOf(type)]}`)
}

type Kind = 'whole' | 'text' | 'moment' | 'other'

function kindOf(type: ColumnType): Kind {
  const scalar = scalarOf(type)
  if (scalar === 'smallint' || scalar === 'integer' || scalar === 'bigint') return 'whole'
  if (scalar === 'date' || scalar === 'timestamp' || scalar === 'timestamptz') return 'moment'
  return scalar === 'text' || scalar === 'varchar' || scalar === 'char' ? 'text' : 'other'
}

const howTo: Readonly<Record<Kind, string>> = {
  whole: 'Give a whole number that fits, as a number, a bigint or decimal text.',
  text: 'Give text without a NUL character.',
  moment: 'Give ISO 8601, with a zone for timestamptz and without one for timestamp, or a Date.',
  other: 'Give a value of the column’s type, as the rows of the channel have it.',
}
