import { BaroError, quote } from './errors.ts'
import { accepted, type Result, refused } from './result.ts'
import { utf8Length } from './text.ts'

/** The longest event type, in UTF-8 bytes. */
export const maxEventTypeBytes = 128

const unprintable = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u

/** Checks the type of a publication, signal or request: printable Unicode, spaces included; `baro:` is reserved. */
export function parseEventType(type: string): Result<string> {
  if (type === '' || unprintable.test(type)) return bad(type, 'is empty or holds characters that do not print')
  if (type.startsWith('baro:')) return bad(type, 'begins with "baro:", which is reserved')
  if (utf8Length(type) > maxEventTypeBytes) return bad(type, `is longer than ${maxEventTypeBytes} bytes`)
  return accepted(type)
}

function bad(type: string, what: string): Result<never> {
  return refused(new BaroError('bad-message', `The event type ${quote(type)} ${what}. Choose another.`))
}
