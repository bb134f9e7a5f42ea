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
  return text === '' ? '' : (JSON.parse(text) as string)
}

/** The delivery that leads from one place to another one. */
export function deliveryOf(
  channel: string,
  [epoch = '', follows = '', followsCheck = '', offset = '', check = '']: readonly string[],
  texts: readonly string[],
): Delivery {
  const first = Number(follows) + 1
  return {
    channel,
    follows: positionAt(epoch, { offset: Number(follows), check: checkIn(followsCheck) }),
    position: positionAt(epoch, { offset: Number(offset), check: checkIn(check) }),
    publications: texts.map((text, index) => publicationIn(text, first + index)),
  }
}

/** @throws TypeError if it is no JSON. */
export function jsonOf(value: Publication['payload']): string {
  const text = jsonText(value)
  if (text === undefined) throw new TypeError('A payload of a publication is no JSON.')
  return text
}
