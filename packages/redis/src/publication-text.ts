import type { Publication } from '@baro/core'
import type { Delivery, Entry } from '@baro/core/broker'
import { checkOf, jsonText, orThrow, parseJson, positionAt } from '@baro/core/protocol'

/** What an append passes of an entry: its check, the bytes of its payload, and its text. Id and time come first: a tombstone keeps them. */
export function entryArgs({ type, payload, id, time, by }: Entry): readonly [string, string, string] {
  const text = jsonOf(payload)
  const author = by === undefined ? '' : `,"by":${JSON.stringify(by)}`
  return [
    checkText(checkOf(id)),
    String(Buffer.byteLength(text)),
    `{"id":${JSON.stringify(id)},"time":${JSON.stringify(time)},"type":${JSON.stringify(type)},"payload":${text}${author}}`,
  ]
}

/** What takes the place of a publication: its type and payload as they stand in its text, and the bytes of the payload. */
export function tombstoneArgs({ type, payload }: Pick<Publication, 'type' | 'payload'>): readonly [string, string] {
  const text = jsonOf(payload)
  return [`"type":${JSON.stringify(type)},"payload":${text}`, String(Buffer.byteLength(text))]
}

/** The publication of a text. */
export function publicationIn(text: string, offset: number): Publication {
  const { id, time, type, payload, by } = orThrow(parseJson(text)) as unknown as Omit<Publication, 'offset'>
  const publication = { type, payload, offset, id, time }
  return by === undefined ? publication : { ...publication, by }
}

/** A check as it is kept: JSON, so that it holds no line feed. */
export function checkText(check: string): string {
  return check === '' ? '' : JSON.stringify(check)
}

/** The check of such a text; none before the first publication. */
export function checkIn(text: string): string {
  // Two of each publication are read, and of nearly all nothing is escaped.
  if (!text.includes('\\')) return text.slice(1, -1)
  return JSON.parse(text) as string
}

/** The delivery that leads from one place to another one. */
export function deliveryOf(channel: string, places: readonly string[], texts: readonly string[]): Delivery {
  return delivered(channel, places, (first) => texts.map((text, index) => publicationIn(text, first + index)))
}

/** The same, to whoever has made the entries: they are in their wire form. */
export function deliveryTo(channel: string, places: readonly string[], entries: readonly Entry[]): Delivery {
  return delivered(channel, places, (first) =>
    entries.map(({ type, payload, id, time, by }, index) => {
      const offset = first + index
      return by === undefined ? { type, payload, offset, id, time } : { type, payload, offset, id, time, by }
    }),
  )
}

function delivered(
  channel: string,
  [epoch = '', follows = '', followsCheck = '', offset = '', check = '']: readonly string[],
  publicationsFrom: (first: number) => readonly Publication[],
): Delivery {
  return {
    channel,
    follows: positionAt(epoch, { offset: Number(follows), check: checkIn(followsCheck) }),
    position: positionAt(epoch, { offset: Number(offset), check: checkIn(check) }),
    publications: publicationsFrom(Number(follows) + 1),
  }
}

/** @throws TypeError if it is no JSON. */
export function jsonOf(value: Publication['payload']): string {
  const text = jsonText(value)
  if (text === undefined) throw new TypeError('A payload of a publication is no JSON.')
  return text
}
