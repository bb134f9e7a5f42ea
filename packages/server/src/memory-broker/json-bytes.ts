import type { Json } from '@baro/core'

/** Characters that JSON writes as an escape; halves of a surrogate pair are among them, and whole pairs too. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes exactly these.
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/

/**
 * How many bytes the JSON of a value takes, without writing it: nearly all of a payload is text, which is its own JSON.
 *
 * @throws whatever `JSON.stringify` throws for what is no JSON.
 */
export function jsonBytes(value: Json): number {
  if (typeof value === 'string') return escaped.test(value) ? written(value) : Buffer.byteLength(value) + 2
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return written(value)
  if (Array.isArray(value)) {
    let bytes = Math.max(2, value.length + 1)
    for (const item of value) bytes += jsonBytes(item)
    return bytes
  }
  const object = value as { readonly [key: string]: Json }
  let bytes = 1
  for (const key in object) {
    const held = object[key]
    if (held !== undefined) bytes += jsonBytes(key) + 2 + jsonBytes(held)
  }
  return Math.max(2, bytes)
}

function written(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value))
}
