/**
 * Broadcasts as bytes, in serializer 2.0.0. Lengths are one byte each, and count bytes of UTF-8:
 *
 *     in   03 join_ref ref topic event meta encoding | join_ref ref topic event meta | payload
 *     out  04 topic event meta encoding | topic event meta | payload
 *
 * The encoding says what the payload is: 0 bytes, 1 JSON.
 */
import { BaroError, type Json } from '@baro/core'
import { accepted, parseJson, type Result, refused } from '@baro/core/protocol'
import type { Broadcast, Frame } from './frame.ts'

const pushKind = 3
const broadcastKind = 4
const bytesEncoding = 0
const jsonEncoding = 1
const maxPart = 255

/** Reads a broadcast that a client pushes. It never throws. */
export function decodePush(bytes: Uint8Array): Result<Frame> {
  const [kind, joinRefLength = 0, refLength = 0, topicLength = 0, eventLength = 0, metaLength = 0, encoding] = bytes
  if (kind !== pushKind || encoding === undefined) return bad('is no broadcast')
  const lengths = [joinRefLength, refLength, topicLength, eventLength, metaLength]
  const end = lengths.reduce((sum, length) => sum + length, 7)
  if (end > bytes.length) return bad('is shorter than its lengths say')
  const texts: string[] = []
  let at = 7
  for (const length of lengths) {
    const text = textOf(bytes.subarray(at, at + length))
    if (text === undefined) return bad('holds a text that is not UTF-8')
    texts.push(text)
    at += length
  }
  const [joinRef = '', ref = '', topic = '', event = ''] = texts
  const payload = payloadOf(bytes.subarray(end), encoding)
  if (!payload.ok) return payload
  return accepted({
    joinRef: joinRef === '' ? null : joinRef,
    ref: ref === '' ? null : ref,
    topic,
    event: 'broadcast',
    payload: { type: 'broadcast', event, payload: payload.value },
  })
}

/** Writes a broadcast whose payload is bytes; `undefined` if its topic or event is too long for that form. */
export function encodeBytes(topic: string, { event, payload, meta }: Broadcast): Uint8Array | undefined {
  if (!(payload instanceof Uint8Array)) return undefined
  const parts = [topic, event, meta === undefined ? '' : JSON.stringify(meta)].map((text) => Buffer.from(text))
  if (parts.some(({ length }) => length > maxPart)) return undefined
  const lengths = Buffer.from([broadcastKind, ...parts.map(({ length }) => length), bytesEncoding])
  return Buffer.concat([lengths, ...parts, payload])
}

function payloadOf(bytes: Uint8Array, encoding: number): Result<Json> {
  // A copy: what arrived shares its memory with other messages.
  if (encoding === bytesEncoding) return accepted(new Uint8Array(bytes))
  if (encoding !== jsonEncoding) return bad(`has a payload of the unknown encoding ${encoding}`)
  const text = textOf(bytes)
  return text === undefined ? bad('has a payload that is not UTF-8') : parseJson(text)
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function bad(what: string): Result<never> {
  return refused(new BaroError('bad-message', `A binary message ${what}. Send what realtime-js sends.`))
}
