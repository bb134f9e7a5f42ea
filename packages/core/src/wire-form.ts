import { BaroError } from './errors.ts'
import { type Json, jsonText, maxPayloadDepth, parseJson } from './json.ts'
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
    if (text !== undefined)
      return nestsDeeper(text, maxPayloadDepth)
        ? invalid(`${what} nests deeper than ${maxPayloadDepth} levels. Send a flatter value.`)
        : parseJson(text)
  } catch (cause) {
    return invalid(`${what} cannot be written as JSON: ${String(cause)}.`, cause)
  }
  if (value === undefined) return accepted(null)
  return invalid(`${what} is a ${typeof value}, which JSON cannot hold. Send a JSON value.`)
}

function invalid(message: string, cause?: unknown): Result<never> {
  return refused(new BaroError('invalid-payload', message, { cause }))
}

// JSON.stringify recurses. A payload that it can just write here would overflow the stack of the next writer, on every
// node and in every browser: there the payload stands a few levels deeper, in a message.
function nestsDeeper(text: string, levels: number): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (inString) {
      if (character === '\\') index++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '[' || character === '{') {
      if (++depth > levels) return true
    } else if (character === ']' || character === '}') depth--
  }
  return false
}
