/** The two ways in which realtime-js writes messages. A client names its own as `vsn` in the URL. */
import { BaroError, type Json } from '@baro/core'
import { accepted, parseJson, quote, type Result, refused, writeJson } from '@baro/core/protocol'
import { binaryFrame, textFrame } from '@baro/server/parts'
import { decodePush, encodeBytes } from './binary-broadcast.ts'
import { type Broadcast, type Frame, isRecord } from './frame.ts'

/** Reads messages, and writes them as whole frames of a WebSocket. */
export interface Serializer {
  /** Never throws. */
  decode(data: string | Uint8Array): Result<Frame>
  encode(frame: Frame): Uint8Array
  encodeBroadcast(topic: string, broadcast: Broadcast): Uint8Array
}

/** Serializer 1.0.0: each message is an object. */
const inObjects: Serializer = {
  decode(data) {
    if (typeof data !== 'string') return bad('A binary message came, and serializer 1.0.0 has none.')
    const parsed = parseJson(data)
    if (!parsed.ok) return parsed
    if (!isRecord(parsed.value)) return bad(`${quote(data)} is no object.`)
    const { join_ref: joinRef, ref, topic, event, payload } = parsed.value
    return checked(joinRef, ref, topic, event, payload)
  },
  encode: ({ joinRef, ref, topic, event, payload }) =>
    textFrame(writeJson({ join_ref: joinRef, ref, topic, event, payload })),
  encodeBroadcast: (topic, broadcast) => inObjects.encode(frameOf(topic, broadcast)),
}

/** Serializer 2.0.0: each message is a list, and broadcasts may be bytes. */
const inLists: Serializer = {
  decode(data) {
    if (typeof data !== 'string') return decodePush(data)
    const parsed = parseJson(data)
    if (!parsed.ok) return parsed
    if (!Array.isArray(parsed.value)) return bad(`${quote(data)} is no list.`)
    const [joinRef, ref, topic, event, payload] = parsed.value as readonly (Json | undefined)[]
    return checked(joinRef, ref, topic, event, payload)
  },
  encode: ({ joinRef, ref, topic, event, payload }) => textFrame(writeJson([joinRef, ref, topic, event, payload])),
  encodeBroadcast(topic, broadcast) {
    const bytes = encodeBytes(topic, broadcast)
    return bytes ? binaryFrame(bytes) : inLists.encode(frameOf(topic, broadcast))
  },
}

/** The serializer of a version; `undefined` if there is none. */
export function serializerOf(version: string | null): Serializer | undefined {
  if (version === '2.0.0') return inLists
  return version === '1.0.0' || version === null ? inObjects : undefined
}

function frameOf(topic: string, { event, payload, meta }: Broadcast): Frame {
  const said = { type: 'broadcast', event, payload, ...(meta && { meta }) }
  return { joinRef: null, ref: null, topic, event: 'broadcast', payload: said }
}

function checked(
  joinRef: Json | undefined,
  ref: Json | undefined,
  topic: Json | undefined,
  event: Json | undefined,
  payload: Json | undefined,
): Result<Frame> {
  if (typeof topic !== 'string' || typeof event !== 'string') return bad('A message has no topic or no event.')
  return accepted({ joinRef: numbered(joinRef), ref: numbered(ref), topic, event, payload: payload ?? {} })
}

/** A number of a push: realtime-js sends texts, other clients numbers. */
function numbered(ref: Json | undefined): string | null {
  return typeof ref === 'string' || typeof ref === 'number' ? String(ref) : null
}

function bad(what: string): Result<never> {
  return refused(new BaroError('bad-message', `${what} Send what realtime-js sends.`))
}
