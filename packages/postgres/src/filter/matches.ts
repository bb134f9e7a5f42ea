/** Whether a row is in a filter, as `whereOf` says it in SQL. It works on the texts of the log. */
import type { Texts } from '../ring/ring-entry.ts'
import { textIn } from '../values/row-of.ts'
import { canonicalValue } from './canonical-value.ts'
import type { Comparing, Condition } from './condition.ts'
import type { FilterColumns } from './filter.ts'

/**
 * A filter made ready.
 *
 * @throws {Error} if the row lacks a column that decides: then it is neither in the filter nor outside (I12).
 */
export type Match = (row: Texts) => boolean

/** Makes the test of some conditions. */
export function matcher(columns: FilterColumns, conditions: readonly Condition[]): Match {
  const tests = conditions.map((condition) => testOf(columns.get(condition.column) ?? 'text', condition))
  return (row) => tests.every((test) => test(row))
}

function testOf(kind: Comparing, { column, operator, values }: Condition): Match {
  const [first] = values
  const textOf = (row: Texts) => textIn(row, column)
  const known = first === 'null' ? null : first
  if (operator === 'is') return (row) => textOf(row) === known
  if (operator === 'isnot') return (row) => textOf(row) !== known
  if (operator.endsWith('like')) {
    const cased = operator.endsWith('ilike') ? asciiLower : (text: string) => text
    const steps = likeSteps(cased(first))
    const isWanted = !operator.startsWith('not')
    return (row) => {
      const text = textOf(row)
      return text !== null && isLike(cased(text), steps) === isWanted
    }
  }
  const compare = comparers[kind]
  const [wanted, ...others] = values.map(compare.read)
  const test =
    (accepts: (order: number) => boolean): Match =>
    (row) => {
      const text = textOf(row)
      return text !== null && accepts(compare.order(compare.read(text), wanted))
    }
  switch (operator) {
    case 'eq':
      return test((order) => order === 0)
    case 'neq':
      return test((order) => order !== 0)
    case 'lt':
      return test((order) => order < 0)
    case 'lte':
      return test((order) => order <= 0)
    case 'gt':
      return test((order) => order > 0)
    case 'gte':
      return test((order) => order >= 0)
    case 'isdistinct': {
      const isEqual = test((order) => order === 0)
      return (row) => !isEqual(row)
    }
    default: {
      const isWanted = operator === 'in'
      return (row) => {
        const text = textOf(row)
        if (text === null) return false
        const found = compare.read(text)
        return [wanted, ...others].some((one) => compare.order(found, one) === 0) === isWanted
      }
    }
  }
}

/** How the values of a column compare. */
export interface Comparer {
  read(text: string): unknown
  /** Below 0, 0 or above 0, as a comparator. */
  order(a: unknown, b: unknown): number
}

const of = <T>(read: (text: string) => T, order: (a: T, b: T) => number): Comparer => ({
  read,
  order: order as (a: unknown, b: unknown) => number,
})
const byOrder = (a: bigint | number | string, b: bigint | number | string): number => (a < b ? -1 : a > b ? 1 : 0)
const asTexts = of((text) => text, byOrder)
const asFloats = of(Number, (a, b) =>
  Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : Number.isNaN(b) ? -1 : byOrder(a, b),
)

const comparers: Readonly<Record<Comparing, Comparer>> = {
  integer: of(BigInt, byOrder),
  numeric: of(readDecimal, orderOfDecimals),
  real: { ...asFloats, read: (text) => Math.fround(Number(text)) },
  double: asFloats,
  boolean: asTexts,
  text: of((text) => text, byCodePoint),
  uuid: asTexts,
  label: asTexts,
  date: of((text) => readMoment(text), byOrder),
  timestamp: of((text) => readMoment(text), byOrder),
  timestamptz: of((text) => readMoment(text), byOrder),
}

/** How values of this kind compare. */
export function comparerOf(kind: Comparing): Comparer {
  return comparers[kind]
}

/** UTF-16 puts half of a pair before some characters below it; code points, as the bytes of UTF-8, do not. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const [one, other] = [a.charCodeAt(index), b.charCodeAt(index)]
    if (one === other) continue
    const isPair = (unit: number) => unit >= 0xd800 && unit <= 0xdfff
    return isPair(one) === isPair(other) ? one - other : isPair(one) ? 1 : -1
  }
  return a.length - b.length
}

/** A number with any count of digits: its whole value times ten to the power of `scale`. */
interface Decimal {
  readonly digits: bigint
  readonly scale: number
  /** For what is no number: below all, or above all, and NaN above those. */
  readonly beyond: number
}

function readDecimal(text: string): Decimal {
  const beyond = text === 'NaN' ? 2 : text === 'Infinity' ? 1 : text === '-Infinity' ? -1 : 0
  if (beyond !== 0) return { digits: 0n, scale: 0, beyond }
  const [whole = '0', fraction = ''] = text.split('.')
  return { digits: BigInt(whole + fraction), scale: fraction.length, beyond: 0 }
}

function orderOfDecimals(a: Decimal, b: Decimal): number {
  if (a.beyond !== b.beyond) return a.beyond - b.beyond
  const scale = Math.max(a.scale, b.scale)
  const scaled = ({ digits, scale: own }: Decimal) => digits * 10n ** BigInt(scale - own)
  return byOrder(scaled(a), scaled(b))
}

const moment = /^(\d+)-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(Z|[+-]\d\d(?::?\d\d)*)?( BC)?$/

/** Microseconds since 1970; beyond all of them for `infinity`. */
function readMoment(text: string): bigint {
  if (text === 'infinity') return 2n ** 80n
  if (text === '-infinity') return -(2n ** 80n)
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z', isBefore] =
    moment.exec(text) ?? []
  if (year === undefined) throw new TypeError(`${JSON.stringify(text)} is no date of PostgreSQL.`)
  const date = new Date(0)
  // Years below 100 mean themselves here, unlike in Date.UTC.
  date.setUTCFullYear(isBefore ? 1 - Number(year) : Number(year), Number(month) - 1, Number(day))
  date.setUTCHours(Number(hour), Number(minute), Number(second))
  const [hours = '0', minutes = '0', seconds = '0'] = zone === 'Z' ? [] : (zone.slice(1).match(/\d\d/g) ?? [])
  const offset = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * (zone.startsWith('-') ? -1 : 1)
  return (
    (BigInt(date.getTime()) - BigInt(offset) * 1_000n) * 1_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6) || '0')
  )
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** What one step of a pattern takes: `any` text, `one` character, or this character. */
type LikeStep = 'any' | 'one' | { readonly is: string }

function likeSteps(pattern: string): readonly LikeStep[] {
  return (pattern.match(/\\.|./gsu) ?? []).map((part) =>
    part === '%'
      ? 'any'
      : part === '_'
        ? 'one'
        : { is: part.length > 1 && part.startsWith('\\') ? part.slice(1) : part },
  )
}

/** In at most as many steps as text and pattern multiplied: strangers choose patterns, and a regular expression could take for ever. */
function isLike(text: string, steps: readonly LikeStep[]): boolean {
  const characters = [...text]
  let [at, step] = [0, 0]
  let [backTo, backStep] = [0, -1]
  while (at < characters.length) {
    const wanted = steps[step]
    if (wanted === 'any') [backTo, backStep] = [at, ++step]
    else if (wanted !== undefined && (wanted === 'one' || wanted.is === characters[at])) {
      at++
      step++
    } else if (backStep >= 0) [at, step] = [++backTo, backStep]
    else return false
  }
  while (steps[step] === 'any') step++
  return step === steps.length
}

/** One spelling of a column's text, that of the values of filters: so that equal values are found by it. */
export function canonicalText(kind: Comparing, text: string): string {
  if (kind === 'text' || kind === 'uuid' || kind === 'boolean' || kind === 'date') return text
  return canonicalValue(kind, text) ?? text
}
