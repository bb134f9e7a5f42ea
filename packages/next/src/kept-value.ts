/**
 * What Next wants to have back, as it is kept: JSON, and bytes apart. Its entries hold Buffers and Maps, which JSON would
 * lose without a word.
 */
import type { Json } from '@baro/core'

/** An entry of Next, taken apart. */
export interface KeptValue {
  readonly about: Json
  readonly parts: Readonly<Record<string, Uint8Array>>
}

// No entry has an object with this one name.
const bytesKey = '$baro:bytes'
const mapKey = '$baro:map'

/** Takes an entry apart. */
export function takeApart(value: unknown): KeptValue {
  const parts: Record<string, Uint8Array> = {}
  const apart = (one: unknown): Json | undefined => {
    if (one instanceof Uint8Array) {
      const name = String(Object.keys(parts).length)
      parts[name] = one
      return { [bytesKey]: name }
    }
    if (one instanceof Map) return { [mapKey]: [...one].map(([key, each]) => [key, apart(each) ?? null]) }
    if (Array.isArray(one)) return one.map((each) => apart(each) ?? null)
    if (typeof one !== 'object' || one === null) return one as Json | undefined
    const object: Record<string, Json> = {}
    for (const [name, each] of Object.entries(one)) {
      const kept = apart(each)
      if (kept !== undefined) object[name] = kept
    }
    return object
  }
  return { about: apart(value) ?? null, parts }
}

/** Puts an entry together again. */
export function putTogether({ about, parts }: KeptValue): unknown {
  const together = (one: Json | undefined): unknown => {
    if (Array.isArray(one)) return one.map(together)
    if (typeof one !== 'object' || one === null) return one
    const { [bytesKey]: name, [mapKey]: pairs } = one as { readonly [key: string]: Json }
    if (typeof name === 'string') return Buffer.from(parts[name] ?? [])
    if (Array.isArray(pairs)) return new Map((pairs as [Json, Json][]).map(([key, each]) => [key, together(each)]))
    return Object.fromEntries(Object.entries(one).map(([key, each]) => [key, together(each as Json)]))
  }
  return together(about)
}
