/**
 * Values of columns as clients of Supabase get them: as `to_jsonb` of PostgreSQL writes them, in the time zone UTC.
 *
 * Source: `realtime.cast` in the migrations of `supabase/realtime`, and `lib/transformers.ts` of `@supabase/realtime-js`
 * 2.119, which makes numbers of the texts of numeric columns.
 */
import type { Json } from '@baro/core'
import { isRecord } from './frame.ts'

/** A number that JavaScript holds as it is written has so many digits at most. */
const maxDigits = 15

/** The value of a column of this type, as a definition of `table(…)` names it, from the one that pages get. */
export function changedValue(declared: unknown, value: Json): Json {
  const { scalar, isList } = partsOf(declared)
  return isList ? itemsOf(scalar, value) : scalarOf(scalar, value)
}

/** The names under which PostgreSQL has the types in its catalogue, where a definition may call them otherwise. */
const catalogueNames: Readonly<Record<string, string>> = {
  boolean: 'bool',
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
  real: 'float4',
  'double precision': 'float8',
  char: 'bpchar',
}

/** What a client is told that the type of a column is. An enum is declared by its labels, and nobody knows its name here. */
export function typeOf(declared: unknown): string {
  const { scalar, isList } = partsOf(declared)
  return `${isList ? '_' : ''}${catalogueNames[scalar] ?? scalar}`
}

function partsOf(declared: unknown): { readonly scalar: string; readonly isList: boolean } {
  if (typeof declared !== 'string') return { scalar: 'text', isList: false }
  const [name = ''] = declared.split(' |')
  const isList = name.endsWith('[]')
  return { scalar: isList ? name.slice(0, -2) : name, isList }
}

function itemsOf(scalar: string, value: Json): Json {
  return Array.isArray(value) ? value.map((one: Json) => itemsOf(scalar, one)) : scalarOf(scalar, value)
}

function scalarOf(scalar: string, value: Json): Json {
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  if (scalar.endsWith('range')) return isRecord(value) ? rangeText(scalar, value) : value
  if (typeof value !== 'string') return value
  if (scalar === 'bigint' || scalar === 'numeric') return numberIn(value)
  if (scalar === 'interval') return intervalText(value)
  return scalar === 'timestamptz' ? value.replace(/Z$/, '+00:00') : value
}

/** What a number would round stays text: the client decides what to do with it. */
function numberIn(text: string): number | string {
  const digits = text.replace(/\D/g, '').replace(/^0+/, '')
  return /^-?\d/.test(text) && digits.length <= maxDigits ? Number(text) : text
}

function rangeText(scalar: string, { lower, upper, bounds }: Readonly<Record<string, Json | undefined>>): string {
  const [open = '[', close = ')'] = String(bounds ?? '[)')
  const side = (bound: Json | undefined) => (typeof bound === 'string' ? boundText(scalar, bound) : String(bound ?? ''))
  return `${open}${side(lower)},${side(upper)}${close}`
}

/** As PostgreSQL prints a bound: with a space before the time, and so in quotes. */
function boundText(scalar: string, bound: string): string {
  if (!scalar.startsWith('ts') || bound.endsWith('infinity')) return bound
  return `"${bound.replace('T', ' ').replace(/Z$/, '+00')}"`
}

const duration = /^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+(?:\.\d+)?)S)?)?$/

/** `P1DT2H` as PostgreSQL prints it unless it is told otherwise: `1 day 02:00:00`. */
function intervalText(text: string): string {
  const found = duration.exec(text)
  if (!found) return text
  const [, years = '0', months = '0', days = '0', hours = '0', minutes = '0', seconds = '0'] = found
  const texts: string[] = []
  let isAfterNegative = false
  const sign = (isNegative: boolean) => (isNegative ? '-' : isAfterNegative ? '+' : '')
  for (const [digits, unit] of [
    [years, 'year'],
    [months, 'mon'],
    [days, 'day'],
  ] as const) {
    if (Number(digits) === 0) continue
    const isNegative = digits.startsWith('-')
    texts.push(`${sign(isNegative)}${digits.replace('-', '')} ${unit}${digits === '1' ? '' : 's'}`)
    isAfterNegative = isNegative
  }
  const time = [hours, minutes, seconds]
  if (texts.length > 0 && time.every((part) => Number(part) === 0)) return texts.join(' ')
  const padded = time.map((part) => part.replace('-', '').replace(/^\d(?!\d)/, '0$&'))
  return [...texts, `${sign(time.some((part) => part.startsWith('-')))}${padded.join(':')}`].join(' ')
}
