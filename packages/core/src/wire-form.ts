import { BaroError } from './errors.ts'
import { bytesOfBase64, type DepthBound, type Json, jsonText, maxPayloadDepth, parseWith } from './json.ts'
import { accepted, type Result, refused } from './result.ts'

/** The type of a value after a trip over the wire: a `Date` arrives as text, a `Buffer` as a `Uint8Array`. */
export type WireForm<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends Uint8Array
    ? Uint8Array<ArrayBuffer>
    : T extends { toJSON(): infer Written }
      ? Written
      : T extends object
        ? { [Key in keyof T]: WireForm<T[Key]> }
        : T

/** A value as it arrives after a trip over the wire, with the bytes in it; `what` names it in the error. */
export function wireForm(value: unknown, what: string): Result<Json> {
  try {
    const text = jsonText(value)
    if (text !== undefined) return parseWith(text, bytesOfBase64, payloadDepth(what))
  } catch (cause) {
    return invalid(`${what} cannot be written as JSON: ${String(cause)}.`, cause)
  }
  if (value === undefined) return accepted(null)
  return invalid(`${what} is a ${typeof value}, which JSON cannot hold. Send a JSON value.`)
}

function invalid(message: string, cause?: unknown): Result<never> {
  return refused(new BaroError('invalid-payload', message, { cause }))
}

// JSON.stringify recurses: a payload that can just be written here would overflow the stack of whoever writes it next,
// a few levels deeper in a message, on every node and in every browser.
function payloadDepth(what: string): DepthBound {
  return {
    levels: maxPayloadDepth,
    complaint: () =>
      new BaroError('invalid-payload', `${what} nests deeper than ${maxPayloadDepth} levels. Send a flatter value.`),
  }
}
