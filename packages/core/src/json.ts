import { asBytes, type Bytes, bytesKey, fromBase64, toBase64, writeJson } from './bytes.ts'
import { BaroError, quote } from './errors.ts'
import { accepted, type Result, refused } from './result.ts'

/**
 * A payload or a state: any JSON value, which may hold bytes. A broker that keeps text writes it with {@link jsonText}
 * and reads it with {@link parseJson}.
 */
export type Json = null | boolean | number | string | Uint8Array | readonly Json[] | { readonly [key: string]: Json }

/** The deepest nesting of a payload, in levels of lists and objects. */
export const maxPayloadDepth = 128

// An own key `__proto__` survives JSON.parse, and becomes a prototype at the first careless assignment after it. So it
// is refused here. Each of its letters may be written as an escape (`\u005f`, `\u0070`, …), and so may each letter of
// "baro:bytes" (`\u003a`). So the quick check looks for escapes in their range too.
const needsCare = /__proto__|\\u00[3-7]/i

/** Makes bytes from the value that stands for them: base64 in JSON text, a range in a binary frame. */
export type ReadBytes = (form: unknown) => Bytes

/** Parses JSON text, with the bytes in it. It never throws: other text is refused as `bad-message`. */
export function parseJson(text: string): Result<Json> {
  return parseWith(text, bytesOfBase64)
}

/** Parses JSON text in which `read` knows what stands for bytes. It never throws. */
export function parseWith(text: string, read: ReadBytes): Result<Json> {
  try {
    const careful = needsCare.test(text) || text.includes(bytesKey)
    return accepted((careful ? JSON.parse(text, withCare(read)) : JSON.parse(text)) as Json)
  } catch (error) {
    if (error instanceof BaroError) return refused(error)
    return refused(new BaroError('bad-message', `This is not JSON: ${quote(text)}. Send one JSON object.`))
  }
}

function withCare(read: ReadBytes): (key: string, value: unknown) => unknown {
  return (key, value) => {
    if (key === '__proto__') throw new BaroError('bad-message', 'The key "__proto__" is not allowed. Rename it.')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, bytesKey)) return value
    if (Object.keys(value).length > 1)
      throw new BaroError('bad-message', `The key "${bytesKey}" stands for bytes, alone in its object. Rename it.`)
    return read((value as Readonly<Record<string, unknown>>)[bytesKey])
  }
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/

function bytesOfBase64(form: unknown): Bytes {
  if (typeof form !== 'string' || form.length % 4 !== 0 || !base64.test(form))
    throw new BaroError('bad-message', `"${bytesKey}" holds ${quote(form)}. Write bytes as base64 with padding.`)
  return asBytes(fromBase64(form))
}

/** Writes a value as JSON text, with the bytes in it; `undefined` if JSON cannot hold the value. */
export function jsonText(value: unknown): string | undefined {
  return holdsForeignBytes(value, 0) ? writeJson(value, toBase64) : JSON.stringify(value)
}

/**
 * Whether the value holds bytes that cannot write themselves. Only those need a replacer, which slows `JSON.stringify`
 * down.
 */
function holdsForeignBytes(value: unknown, level: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof Uint8Array) return !Object.hasOwn(value, 'toJSON')
  // Only a circle or a value that will be refused is as deep as this, so the search may stop.
  if (level > maxPayloadDepth) return true
  return (Array.isArray(value) ? value : Object.values(value)).some((inner) => holdsForeignBytes(inner, level + 1))
}
