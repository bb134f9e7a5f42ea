/**
 * A value as a page gets it, from the text that PostgreSQL gives. Two texts mean the same value: what a type prints, as in
 * the answer to a query, and what stands in a row as JSON, as in the log of changes. Both end in one form, or a row that was
 * queried and a row that was changed would differ.
 */
import { BaroError, type Json } from '@baro/core'
import { asBytes, quote } from '@baro/core/protocol'
import { type ArrayTexts, readArrayText } from './array-text.ts'
import { boundOf, type ColumnType, partsOf, type ScalarType, typeName } from './column-type.ts'
import { readExactJson } from './exact-json.ts'
import { readDate, readTimestamp, readTimestamptz } from './moment-text.ts'
import { readRangeText } from './range-text.ts'

/**
 * The value of a column.
 *
 * @param text What PostgreSQL gave for it; `null` for NULL.
 * @throws {BaroError} `bad-definition` if the text is not of this type: then the column is of another one.
 */
export function readValue(type: ColumnType, text: string | null): Json {
  if (text === null) return null
  try {
    const parts = partsOf(type)
    if ('labels' in parts) return text
    return (parts.isList ? readList : readScalar)(parts.scalar, text)
  } catch (cause) {
    throw new BaroError(
      'bad-definition',
      `The database gave ${quote(text)}, which is no ${typeName(type)}. Declare the column with the type that it has.`,
      { cause },
    )
  }
}

function readList(item: ScalarType, text: string): Json {
  // A list of JSON in a row as JSON is not told from a list of texts that hold JSON by anything but its brackets.
  const isJson = text.startsWith('[') && !/^(?:\[[-+]?\d+:[-+]?\d+\])+=\{/.test(text)
  return isJson ? fromJsonList(item, readTextJson(text, item)) : fromTexts(item, readArrayText(text))
}

function fromTexts(item: ScalarType, list: ArrayTexts): Json {
  return list.map((one) => {
    if (one === null) return null
    return typeof one === 'string' ? readScalar(item, one) : fromTexts(item, one)
  })
}

/** A list in JSON text. Its numbers become texts, so that none is rounded. */
function readTextJson(text: string, item: ScalarType): Json {
  if (item === 'json' || item === 'jsonb') return readExactJson(text)
  return JSON.parse(
    text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => (token[0] === '"' ? token : `"${token}"`)),
  )
}

function fromJsonList(item: ScalarType, list: Json): Json {
  if (!Array.isArray(list)) throw new SyntaxError('no list')
  if (item === 'json' || item === 'jsonb') return list
  return list.map((one: Json) => {
    if (one === null) return null
    return Array.isArray(one) ? fromJsonList(item, one) : readScalar(item, String(one))
  })
}

function readScalar(type: ScalarType, text: string): Json {
  const bound = boundOf(type)
  if (bound) return readRange(bound, text)
  switch (type) {
    case 'boolean':
      return readBool(text)
    case 'smallint':
    case 'integer':
      return readInteger(text)
    case 'bigint':
      return matching(text, /^-?\d{1,19}$/)
    case 'numeric':
      return matching(plainDecimal(text), /^(?:-?\d+(?:\.\d+)?|NaN|-?Infinity)$/)
    case 'real':
    case 'double precision':
      return readFloat(text)
    case 'date':
      return readDate(text)
    case 'timestamp':
      return readTimestamp(text)
    case 'timestamptz':
      return readTimestamptz(text)
    case 'uuid':
      return matching(text.toLowerCase(), /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    case 'bytea':
      return readHex(text)
    case 'json':
    case 'jsonb':
      return readExactJson(text)
    default:
      return text
  }
}

function matching(text: string, shape: RegExp): string {
  if (!shape.test(text)) throw new SyntaxError('another shape')
  return text
}

function readBool(text: string): boolean {
  if (text === 't' || text === 'true') return true
  if (text === 'f' || text === 'false') return false
  throw new SyntaxError('no bool')
}

function readInteger(text: string): number {
  return Number(matching(text, /^-?\d{1,10}$/))
}

/** A numeric as JSON may have an exponent; PostgreSQL prints none. */
function plainDecimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = ''] =
    /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d{1,5})$/.exec(text) ?? []
  if (exponent === '') return text
  const digits = `${whole}${fraction}`
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  const padded = digits.padEnd(point, '0')
  return `${sign}${padded.slice(0, point)}${padded.length > point ? `.${padded.slice(point)}` : ''}`
}

function readFloat(text: string): number | string {
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') return text
  const value = Number(matching(text, /^-?\d/))
  if (!Number.isFinite(value)) throw new SyntaxError('no float')
  // JSON has no -0, and PostgreSQL takes it for equal to 0.
  return value + 0
}

function readHex(text: string): Uint8Array<ArrayBuffer> {
  const hex = matching(text, /^\\x(?:[0-9a-f]{2})*$/)
  return asBytes(
    Uint8Array.from({ length: hex.length / 2 - 1 }, (_, at) => Number.parseInt(hex.slice(2 * at + 2, 2 * at + 4), 16)),
  )
}

function readRange(bound: ScalarType, text: string): Json {
  const range = readRangeText(text)
  if (range === 'empty') return range
  const side = (one: string | null) => (one === null ? null : readScalar(bound, one))
  return { lower: side(range.lower), upper: side(range.upper), bounds: range.bounds }
}
