import type { Json } from '@baro/core'

/** Whether a value is this JSON value, in the same classes: what is written otherwise on the wire is another value. */
export function isSameJson(value: unknown, json: Json): boolean {
  if (typeof json !== 'object' || json === null) return Object.is(value, json)
  if (typeof value !== 'object' || value === null) return false
  if (Object.getPrototypeOf(value) !== Object.getPrototypeOf(json)) return false
  if (json instanceof Uint8Array) return Buffer.compare(value as Uint8Array, json) === 0
  if (Array.isArray(json))
    return (
      (value as readonly unknown[]).length === json.length &&
      json.every((item, index) => isSameJson((value as readonly unknown[])[index], item))
    )
  const keys = Object.keys(json)
  const object = value as Readonly<Record<string, unknown>>
  return (
    Object.keys(object).length === keys.length &&
    keys.every(
      (key) =>
        Object.hasOwn(object, key) && isSameJson(object[key], (json as Readonly<Record<string, Json>>)[key] as Json),
    )
  )
}
