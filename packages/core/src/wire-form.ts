import { asBytes, bytesKey, fromBase64 } from './bytes.ts'
import { BaroError } from './errors.ts'
import { type Json, maxPayloadDepth } from './json.ts'
import { accepted, type Result, refused } from './result.ts'

/** The type of a value after a trip over the wire: a `Date` arrives as text, a `Buffer` as a `Uint8Array`. */
export type WireForm<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends ArrayBufferLike | ArrayBufferView
    ? Uint8Array<ArrayBuffer>
    : T extends { toJSON(): infer Written }
      ? Written
      : T extends object
        ? { [Key in keyof T]: WireForm<T[Key]> }
        : T

/** A value as it arrives after a trip over the wire, with the bytes in it; `what` names it in the error. */
export function wireForm(value: unknown, what: string): Result<Json> {
  try {
    return accepted(copyForWire(value, what, asBytes))
  } catch (error) {
    return refused(error as BaroError)
  }
}

/**
 * The same, for a browser: a copy of the value in which nothing is lost, or an error that says what would be.
 *
 * - An `ArrayBuffer`, and a view of one, is its bytes. What has a `toJSON`, such as a `Date`, is what that gives.
 * - An object is its own keys, whatever its class; a key that is `undefined` is left out, as if it were not there.
 * - What else has no JSON is refused: `NaN`, a hole in a list, a function; and an object whose content is not in its keys,
 *   such as a `Map` or a `Blob`: it says another name for itself than `Object`.
 *
 * @param keep What is done with bytes, which are a copy.
 * @throws {BaroError} `invalid-payload`.
 */
export function copyForWire(
  value: unknown,
  what: string,
  keep: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => bytes,
): Json {
  const path: (string | number)[] = []

  function refuse(complaint: string): never {
    const place = path[0] === undefined ? '' : ` at ${path.join('.').slice(0, 80)}`
    throw new BaroError('invalid-payload', `${what}${place} ${complaint}. Send JSON values and bytes.`)
  }

  function copy(value: unknown): Json {
    if (typeof value === 'object') return value && copyObject(value)
    if (typeof value === 'string' || typeof value === 'boolean') return value
    // JSON has no -0.
    if (Number.isFinite(value)) return (value as number) + 0
    return refuse(`is ${typeof value === 'number' ? value : typeof value}`)
  }

  function copyAt(key: string | number, value: unknown): Json {
    path.push(key)
    const copied = copy(value)
    path.pop()
    return copied
  }

  function copyObject(given: object & { toJSON?: unknown }): Json {
    // A Buffer would give a list of numbers.
    const { toJSON } = ArrayBuffer.isView(given) ? {} : given
    const value: unknown = typeof toJSON === 'function' ? toJSON.call(given, String(path.at(-1) ?? '')) : given
    if (typeof value !== 'object' || value === null) return copy(value)
    if (ArrayBuffer.isView(value)) return keep(new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice())
    const name = Object.prototype.toString.call(value).slice(8, -1)
    if (name.endsWith('ArrayBuffer')) return keep(new Uint8Array(value as ArrayBuffer).slice())
    // Whoever writes it next, a few levels deeper in a message, recurses on every node and in every browser.
    if (path.length >= maxPayloadDepth) refuse(`nests deeper than ${maxPayloadDepth} levels`)
    if (Array.isArray(value)) {
      const list: Json[] = []
      for (let index = 0; index < value.length; index++) list.push(copyAt(index, value[index]))
      return list
    }
    if (name !== 'Object') refuse(`is a ${name}`)
    const keys = Object.keys(value)
    const object: Record<string, Json> = {}
    for (const key of keys) {
      const held = (value as Readonly<Record<string, unknown>>)[key]
      if (key === '__proto__') refuse(`has the key "${key}"`)
      if (key === bytesKey) {
        if (keys[1] !== undefined || typeof held !== 'string') refuse(`has the key "${key}", which stands for bytes`)
        return keep(fromBase64(held as string))
      }
      if (held !== undefined) object[key] = copyAt(key, held)
    }
    return object
  }

  try {
    return copy(value ?? null)
  } catch (cause) {
    if (cause instanceof BaroError) throw cause
    // A getter, a `toJSON` or what should be base64.
    throw new BaroError('invalid-payload', `${what} cannot be read: ${cause}.`, { cause })
  }
}
