/**
 * JSON text as a value in which no digit is lost. `JSON.parse` rounds a number that a double cannot hold, in silence; here
 * such a number becomes its text.
 */
import type { Json } from '@baro/core'

/**
 * Reads JSON text. It believes that the text is JSON, as PostgreSQL wrote it.
 *
 * @throws {SyntaxError} if the text is no JSON.
 */
export function readExactJson(text: string): Json {
  return JSON.parse(withInexactNumbersQuoted(text)) as Json
}

/** Strings, so that digits in them stay what they are, and numbers. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

function withInexactNumbersQuoted(text: string): string {
  return text.replace(tokens, (token) => (token[0] === '"' || isExact(token) ? token : `"${token}"`))
}

/** Whether the double nearest to a decimal number is written with the same digits. */
function isExact(decimal: string): boolean {
  // 15 digits always survive a double, in the range that an exponent of two digits can name.
  if (decimal.length <= 15 && !/[eE]/.test(decimal)) return true
  return normalized(decimal) === normalized(String(Number(decimal)))
}

/** A decimal number as its significant digits and the power of ten after them: one text for one value. */
function normalized(decimal: string): string {
  const [mantissa = '', exponent = '0'] = decimal.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  const power = Number(exponent) - fraction.length + digits.length - significant.length
  return `${mantissa.startsWith('-') ? '-' : ''}${significant}e${power}`
}
