import type { Json, Publication } from '@baro/core'
import type { Resolved } from '../channel/registry.ts'
import type { SeenPublication } from './inspection.ts'

/** What stands in the place of a private field. */
const hidden = '(private)'

/** A picture in a payload is for nobody's eyes as base64. */
const longestText = 2_000

/** What a list or an object shows of its entries at most, and how deep. */
const mostEntries = 1_000
const deepest = 64

/**
 * A value as it may be shown: fields of these names are hidden wherever they are, long texts are cut, bytes are counted.
 * It is a copy, because others have the value too.
 */
export function shown(value: Json, privateNames: ReadonlySet<string>, level: number = 0): Json {
  if (typeof value === 'string') return value.length > longestText ? cut(value) : value
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return `(${value.length} bytes)`
  if (level >= deepest) return '(…)'
  if (Array.isArray(value)) {
    const some = value.slice(0, mostEntries).map((one) => shown(one, privateNames, level + 1))
    return value.length > mostEntries ? [...some, `(${value.length - mostEntries} more)`] : some
  }
  const entries = Object.entries(value as { readonly [key: string]: Json })
  return Object.fromEntries(
    entries
      .slice(0, mostEntries)
      .map(([key, inner]) => [key, privateNames.has(key) ? hidden : shown(inner, privateNames, level + 1)]),
  )
}

/** The private fields of a channel; those of its owner, if it stands for one. */
export function privateNamesOf({ handlers, owner }: Resolved): ReadonlySet<string> {
  return new Set((owner ?? { handlers }).handlers.private ?? [])
}

/** A publication as it may be shown. */
export function shownPublication(publication: Publication, privateNames: ReadonlySet<string>): SeenPublication {
  const { offset, id, type, time, by, payload } = publication
  return { offset, id, type, timeMs: time, by, payload: shown(payload, privateNames) }
}

function cut(text: string): string {
  return `${text.slice(0, longestText)}… (${text.length} characters)`
}
