/**
 * The order of values, as the database has it; text is in the order of its code points (`COLLATE "C"`), because the order
 * of a language is another one on every machine. Browsers run this to keep a list sorted, so it is small.
 */
import type { ColumnType } from './column-type.ts'

/** Compares two values that are not NULL: negative, 0 or positive. */
export type Order = (a: never, b: never) => number

/**
 * The order of a type; `undefined` if the type has none that is the same everywhere (`interval`, `json`, lists, ranges).
 */
export function orderOf(type: ColumnType): Order | undefined {
  if (typeof type !== 'string') return (a: string, b: string) => type.indexOf(a) - type.indexOf(b)
  const notNull = type.replace(' | null', '')
  return Object.hasOwn(orders, notNull) ? orders[notNull] : undefined
}

const byCodePoint = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)]
    // Half of a pair stands for a code point above all that are not.
    if (one !== other) return (isHalf(one) ? one + 0x10000 : one) - (isHalf(other) ? other + 0x10000 : other)
  }
  return a.length - b.length
}

const isHalf = (code: number): boolean => code >= 0xd800 && code < 0xe000

const withoutPadding = (a: string, b: string): number => byCodePoint(a.replace(/ +$/, ''), b.replace(/ +$/, ''))

const byNumber = (a: number | boolean, b: number | boolean): number => Number(a) - Number(b)

/** NaN is above everything, and equal to itself. */
const byFloat =
  (rounded: (value: number) => number) =>
  (a: number | string, b: number | string): number => {
    const [one, other] = [rounded(Number(a)), rounded(Number(b))]
    if (one === other) return 0
    if (Number.isNaN(one)) return Number.isNaN(other) ? 0 : 1
    return Number.isNaN(other) || one < other ? -1 : 1
  }

const ranks: Readonly<Record<string, number>> = { '-infinity': -1, '-Infinity': -1, infinity: 1, Infinity: 1, NaN: 2 }

/** Decimal text of any length. */
const byDecimal = (a: string, b: string): number => {
  const [rankA = 0, rankB = 0] = [ranks[a], ranks[b]]
  if (rankA || rankB) return rankA - rankB
  const [one, other] = [digitsOf(a), digitsOf(b)]
  if (one.sign !== other.sign) return one.sign - other.sign
  return one.sign * (one.whole.length - other.whole.length || byCodePoint(one.digits, other.digits))
}

function digitsOf(text: string): { readonly sign: number; readonly whole: string; readonly digits: string } {
  const [, minus, whole = '', rest = ''] = /^(-?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text) ?? []
  const sign = whole + rest === '' ? 0 : minus ? -1 : 1
  return { sign, whole, digits: `${whole}${rest}` }
}

/** ISO 8601 text: the years with a sign are outside of those without. */
const byMoment = (a: string, b: string): number => {
  const [one, other] = [eraOf(a), eraOf(b)]
  if (one !== other) return one - other
  const [textA, textB] = [a.replace('Z', ''), b.replace('Z', '')]
  if (one !== -1) return byCodePoint(textA, textB)
  // Of years before ours the greater number is the earlier one; within a year time runs forward.
  return byCodePoint(b.slice(0, 7), a.slice(0, 7)) || byCodePoint(textA, textB)
}

function eraOf(text: string): number {
  return (ranks[text] ?? 0) * 3 || (text[0] === '-' ? -1 : text[0] === '+' ? 1 : 0)
}

const byByte = (a: Uint8Array, b: Uint8Array): number => {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return (a[at] ?? 0) - (b[at] ?? 0)
  return a.length - b.length
}

const orders: Readonly<Record<string, Order>> = {
  boolean: byNumber,
  smallint: byNumber,
  integer: byNumber,
  bigint: byDecimal,
  numeric: byDecimal,
  real: byFloat(Math.fround),
  'double precision': byFloat((value) => value),
  text: byCodePoint,
  varchar: byCodePoint,
  char: withoutPadding,
  uuid: byCodePoint,
  date: byMoment,
  timestamp: byMoment,
  timestamptz: byMoment,
  time: byCodePoint,
  bytea: byByte,
}
