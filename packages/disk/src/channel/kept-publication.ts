import type { Publication } from '@baro/core'
import type { Entry } from '@baro/core/broker'
import { checkOf, jsonText, orThrow, parseJson } from '@baro/core/protocol'
import { DamagedRecord } from '../damage/damage.ts'

/** A publication as it is kept: when it was appended, its payload, and the rest of it. */
export interface KeptPublication {
  readonly since: number
  readonly payload: string
  readonly rest: string
  /** Of the payload. */
  readonly bytes: number
}

type Rest = readonly [type: string, id: string, time: number, by?: string]

// JSON escapes it, so it stands in no JSON text.
const between = '\u001f'

/** @throws TypeError if a payload is no JSON. */
export function keptOf({ type, payload, id, time, by }: Entry, since: number): KeptPublication {
  const rest: Rest = by === undefined ? [type, id, time] : [type, id, time, by]
  const text = jsonText(payload)
  if (text === undefined) throw new TypeError('A payload of a publication is no JSON.')
  return { since, payload: text, rest: JSON.stringify(rest), bytes: Buffer.byteLength(text) }
}

export function textOf({ since, payload, rest }: KeptPublication): string {
  return `${since}${between}${payload}${between}${rest}`
}

/** About how many bytes of the store it takes; what it takes beside its payload was measured with a million of them. */
export function lengthOf({ bytes, rest }: KeptPublication): number {
  return 48 + bytes + rest.length
}

/** @throws {DamagedRecord} if there is none. */
export function keptIn(key: string, text: string | undefined): KeptPublication {
  const [since, payload, rest] = text?.split(between) ?? []
  if (since === undefined || payload === undefined || rest === undefined) throw new DamagedRecord(key)
  return { since: Number(since), payload, rest, bytes: Buffer.byteLength(payload) }
}

export function publicationOf({ payload, rest }: KeptPublication, offset: number): Publication {
  const [type, id, time, by] = JSON.parse(rest) as Rest
  const publication = { type, payload: parsedValue(payload), offset, id, time }
  return by === undefined ? publication : { ...publication, by }
}

export function checkOfKept({ rest }: KeptPublication): string {
  return checkOf((JSON.parse(rest) as Rest)[1])
}

/** The value of a JSON text that was written here. */
export function parsedValue(text: string): Publication['payload'] {
  return orThrow(parseJson(text))
}
