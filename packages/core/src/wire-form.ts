import { asBytes, bytesKey, fromBase64 } from './bytes.ts'
import { BaroError } from './errors.ts'
import type { Json } from './json.ts'
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

/** The deepest nesting of a payload, in levels of lists and objects. */
export const maxPayloadDepth = 128

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
  /** Leads to what is copied now. */
  const path: (string | number)[] = [what]

  // biome-ignore lint/suspicious/noExplicitAny: it may be anything; what each line reads of it, the line before has made sure of.
  function copy(given: any, key: string | number): Json {
    // A Buffer would give a list of numbers.
    const isWritten = typeof given === 'object' && typeof given?.toJSON === 'function' && !ArrayBuffer.isView(given)
    const value = isWritten ? given.toJSON(String(key)) : given
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    // JSON has no -0.
    if (Number.isFinite(value)) return value + 0
    const kind = Object.prototype.toString.call(value)
    if (ArrayBuffer.isView(value) || kind.endsWith('ArrayBuffer]'))
      return keep(new Uint8Array(value.buffer ?? value, value.byteOffset, value.byteLength).slice())
    const isList = Array.isArray(value)
    if (!isList && kind !== '[object Object]') throw new TypeError(typeof value === 'number' ? `${value}` : kind)
    // Whoever writes it next, a few levels deeper in a message, recurses on every node and in every browser.
    if (path.length > maxPayloadDepth) throw new TypeError(`more than ${maxPayloadDepth} levels`)
    const copied = (isList ? [] : {}) as Record<string | number, Json>
    const keys = isList ? value : Object.keys(value)
    for (let index = 0; index < keys.length; index++) {
      const key = isList ? index : keys[index]
      const held = value[key]
      if (key === bytesKey && keys.length === 1 && typeof held === 'string') return keep(fromBase64(held))
      if (key === bytesKey || key === '__proto__') throw new TypeError(`the key "${key}"`)
      if (held === undefined && !isList) continue
      path.push(key)
      copied[key] = copy(held, key)
      path.pop()
    }
    return copied
  }

  try {
    return copy(value ?? null, '')
  } catch (cause) {
    // So does a getter, a `toJSON`, and what should be base64.
    throw new BaroError(
      'invalid-payload',
      `${path.join('.').slice(0, 80)} cannot be sent: ${cause}. Send JSON and bytes.`,
      { cause },
    )
  }
}
