/**
 * Dates and moments. PostgreSQL writes them in the zone of a session, and years before our era with `BC`. Here a moment has
 * one spelling, ISO 8601 in UTC, with as many digits of a second as it needs. `new Date` reads it.
 */

const moment =
  /^(\d{4,6})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:Z|([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?)?)?( BC)?$/

/** What is no day: as PostgreSQL writes it. */
export const endless: ReadonlySet<string> = new Set(['infinity', '-infinity'])

/** `'2026-11-28'`. @throws {SyntaxError} if the text is no date. */
export function readDate(text: string): string {
  if (endless.has(text)) return text
  const found = parts(text)
  return `${yearText(found.year)}-${found.month}-${found.day}`
}

/** `'2026-11-28T20:55:01.5'`. @throws {SyntaxError} if the text is no timestamp. */
export function readTimestamp(text: string): string {
  if (endless.has(text)) return text
  const { year, month, day, hour, minute, second, fraction } = parts(text)
  return `${yearText(year)}-${month}-${day}T${hour}:${minute}:${second}${fraction}`
}

/** `'2026-11-28T20:55:01.5Z'`. @throws {SyntaxError} if the text is no timestamp. */
export function readTimestamptz(text: string): string {
  if (endless.has(text)) return text
  const found = parts(text)
  const { year, month, day, hour, minute, second, fraction, offsetSeconds } = found
  if (offsetSeconds === 0) return `${yearText(year)}-${month}-${day}T${hour}:${minute}:${second}${fraction}Z`
  // 400 years are a whole number of days, weeks and leap years, so the calendar of any year is that of one `Date` can hold.
  const cycles = Math.floor((year - 2000) / 400)
  const at = new Date(0)
  at.setUTCFullYear(year - cycles * 400, Number(month) - 1, Number(day))
  at.setUTCHours(Number(hour), Number(minute), Number(second) - offsetSeconds)
  const rest = at.toISOString().slice(4, 19)
  return `${yearText(at.getUTCFullYear() + cycles * 400)}${rest}${fraction}Z`
}

function parts(text: string) {
  const found = moment.exec(text)
  if (!found) throw new SyntaxError(`This is no date: ${text.slice(0, 80)}`)
  const [, years = '', month = '', day = '', hour = '00', minute = '00', second = '00', digits = ''] = found
  const [sign, hours = '0', minutes = '0', seconds = '0', era] = found.slice(8)
  const fraction = digits.replace(/0+$/, '')
  const offset = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)
  return {
    // There is no year 0 in the calendar of PostgreSQL; in ISO 8601 it is 1 BC.
    year: era ? 1 - Number(years) : Number(years),
    month,
    day,
    hour,
    minute,
    second,
    fraction: fraction && `.${fraction}`,
    offsetSeconds: sign === '-' ? -offset : offset,
  }
}

/** A year as ISO 8601 has it: with a sign and six digits where four are not enough. */
function yearText(year: number): string {
  if (year >= 0 && year <= 9_999) return String(year).padStart(4, '0')
  return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`
}

const isoYear = /^([+-])(\d{6})/

/** A date or a moment as PostgreSQL reads it: a year before our era says so. */
export function writeMoment(iso: string): string {
  const [matched, sign, digits] = isoYear.exec(iso) ?? []
  if (matched === undefined) return iso.startsWith('0000') ? `0001${iso.slice(4)} BC` : iso
  const rest = iso.slice(matched.length)
  const year = Number(digits)
  return sign === '-' ? `${String(year + 1).padStart(4, '0')}${rest} BC` : `${year}${rest}`
}
