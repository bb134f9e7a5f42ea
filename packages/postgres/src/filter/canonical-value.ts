/** One spelling for each value of a filter, so that one filter is one channel. */
import type { Comparing } from './condition.ts'

const decimal = /^(-?)0*(\d+?)(?:\.(\d*?)0*)?$/
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const day = /^\d{4}-\d\d-\d\d$/
const moment = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,6}))?$/
const zone = /(Z|[+-]\d\d(?::?\d\d)?)$/

/** The canonical text of a value, or `undefined` if it is none of that kind. */
export function canonicalValue(kind: Comparing, value: unknown): string | undefined {
  if (kind === 'text' || kind === 'label')
    return typeof value === 'string' && !value.includes('\0') && !/\p{Surrogate}/u.test(value)
      ? value.normalize('NFC')
      : undefined
  if (kind === 'boolean')
    return typeof value === 'boolean' || value === 'true' || value === 'false' ? String(value) : undefined
  if (kind === 'timestamptz' && value instanceof Date)
    return Number.isNaN(value.getTime()) ? undefined : canonicalMoment(value.toISOString(), true)
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
  if (typeof text !== 'string') return undefined
  switch (kind) {
    case 'integer': {
      const found = canonicalDecimal(text)
      return found === undefined || found.includes('.') || found.length > 20 || !fitsBigint(found) ? undefined : found
    }
    case 'numeric':
      return canonicalDecimal(text)
    case 'real':
    case 'double': {
      const number = text.trim() === '' ? Number.NaN : Number(text)
      const rounded = kind === 'real' ? Math.fround(number) : number
      return Number.isFinite(rounded) ? String(rounded === 0 ? 0 : rounded) : undefined
    }
    case 'uuid':
      return uuid.test(text.toLowerCase()) ? text.toLowerCase() : undefined
    case 'date':
      return day.test(text) && isDay(text) ? text : undefined
    default:
      return canonicalMoment(text, kind === 'timestamptz')
  }
}

/** Digits without leading or trailing zeros: `1.50` and `01.5` are `1.5`. */
function canonicalDecimal(text: string): string | undefined {
  const [, sign, whole, fraction] = decimal.exec(text) ?? []
  if (whole === undefined) return undefined
  const digits = fraction ? `${whole}.${fraction}` : whole
  return digits === '0' ? '0' : `${sign}${digits}`
}

function fitsBigint(text: string): boolean {
  const number = BigInt(text)
  return number === BigInt.asIntN(64, number)
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && !text.startsWith('0000') && new Date(time).toISOString().startsWith(text)
}

function canonicalMoment(text: string, hasZone: boolean): string | undefined {
  const [offset] = zone.exec(text) ?? []
  if (hasZone !== (offset !== undefined)) return undefined
  const [, date, time, fraction = ''] = moment.exec(offset === undefined ? text : text.slice(0, -offset.length)) ?? []
  if (date === undefined || time === undefined || !isDay(date)) return undefined
  const seconds = Date.parse(
    `${date}T${time.length === 5 ? `${time}:00` : time}${offset === undefined ? 'Z' : spelled(offset)}`,
  )
  if (Number.isNaN(seconds)) return undefined
  const whole = new Date(seconds).toISOString().slice(0, 19)
  const micros = fraction.replace(/0+$/, '')
  return `${whole}${micros && `.${micros}`}${hasZone ? 'Z' : ''}`
}

function spelled(offset: string): string {
  return offset === 'Z' ? offset : `${offset.slice(0, 3)}:${offset.slice(3).replace(':', '') || '00'}`
}
