import { asBytes, type Bytes, bytesKey, fromBase64, toBase64, writeJson } from './bytes.ts'
import { BaroError, quote } from './errors.ts'
import { accepted, type Result, refused } from './result.ts'

/**
 * What a payload or a state is: any JSON value, which may hold bytes. A broker that keeps it as text writes it with
 * {@link jsonText} and reads it with {@link parseJson}.
 */
export type Json = null | boolean | number | string | Uint8Array | readonly Json[] | { readonly [key: string]: Json }

/** The deepest nesting of a payload, in levels of lists and objects. */
export const maxPayloadDepth = 128

// An own key `__proto__` survives JSON.parse and turns into a prototype at the first careless assignment downstream,
// so it is refused at the door. Any of its letters may be written as an escape (`\u005f`, `\u0070`, …), and so may any
// of "baro:bytes" (`\u003a`), which is why the quick check also looks for escapes in their range.
const needsCare = /__proto__|\\u00[3-7]/i

/** Reads the value that stands for bytes; each place where bytes may stand has its own way. */
export type ReadBytes = (form: unknown) => Bytes

/** Parses JSON text, and the bytes in it; never throws. */
export function parseJson(text: string): Result<Json> {
  return parseWith(text, bytesOfBase64)
}

/** Parses JSON text in which `read` knows what stands for bytes; never throws. */
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

/** Writes a value as JSON text, and whatever is bytes in it; `undefined` if it is nothing that JSON can hold. */
export function jsonText(value: unknown): string | undefined {
  return holdsForeignBytes(value, 0) ? writeJson(value, toBase64) : JSON.stringify(value)
}

/** Whether bytes are in it that do not know how to write themselves: a replacer makes `JSON.stringify` some times slower. */
function holdsForeignBytes(value: unknown, level: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof Uint8Array) return !Object.hasOwn(value, 'toJSON')
  // As deep as this only a circle goes, or what will be refused: it ends here, whatever is in it.
  if (level > maxPayloadDepth) return true
  return (Array.isArray(value) ? value : Object.values(value)).some((inner) => holdsForeignBytes(inner, level + 1))
}
