import { BaroError, quote } from './errors.ts'
import { accepted, type Result, refused } from './result.ts'

/** The longest channel name, in bytes of its encoded form. */
export const maxChannelNameBytes = 255

/** Names that begin so belong to Baro. */
export function isReservedName(name: string): boolean {
  return name.startsWith('baro~')
}

const encodedSegment = /^(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})+$/

/** A segment that is its own encoded form, as nearly all are. */
const plainSegment = /^[A-Za-z0-9_.~-]+$/

/**
 * Encodes one segment of a channel name: `[A-Za-z0-9_.~-]` stays, everything else becomes percent-encoded UTF-8 of its
 * NFC form (RFC 3986 §2.1), so that one name has one spelling.
 *
 * @throws {BaroError} `bad-name` if the value is empty or holds half of a surrogate pair.
 */
export function encodeSegment(value: string): string {
  if (value === '')
    throw new BaroError('bad-name', 'A segment of a channel name is empty. Give it at least one character.')
  try {
    return encodeURIComponent(value.normalize('NFC')).replace(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    )
  } catch {
    throw new BaroError('bad-name', `The segment ${quote(value)} is not valid Unicode. Send whole characters.`)
  }
}

/** Splits a channel name into its decoded segments. A name in another spelling than the canonical one is refused. */
export function parseChannelName(name: string): Result<readonly string[]> {
  if (name.length > maxChannelNameBytes)
    return bad(name, `is ${name.length} bytes long; the longest is ${maxChannelNameBytes}`)
  // A URL parser takes these two for path steps, so a request for them never arrives.
  if (name === '.' || name === '..') return bad(name, 'is a path step in a URL')
  const segments: string[] = []
  for (const encoded of name.split(':')) {
    if (plainSegment.test(encoded)) {
      segments.push(encoded)
      continue
    }
    if (!encodedSegment.test(encoded)) return bad(name, 'has an empty segment or a character that is not encoded')
    const segment = decodeSegment(encoded)
    if (segment === undefined || encodeSegment(segment) !== encoded)
      return bad(name, 'is not in its canonical spelling')
    segments.push(segment)
  }
  return accepted(segments)
}

/**
 * The channel name that a text means, whose segments may be in their canonical spelling (`room:%EA%B0%80`) or in their own
 * characters (`room:가`), as clients of other protocols write them.
 */
export function channelNameOf(text: string): Result<string> {
  if (parseChannelName(text).ok) return accepted(text)
  try {
    const name = text.split(':').map(encodeSegment).join(':')
    const parsed = parseChannelName(name)
    return parsed.ok ? accepted(name) : parsed
  } catch (error) {
    return refused(error as BaroError)
  }
}

function decodeSegment(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

function bad(name: string, what: string): Result<never> {
  return refused(
    new BaroError('bad-name', `The channel name ${quote(name)} ${what}. Build names with a channel definition.`),
  )
}
