import type { Json } from '@baro/core'
import type { ResetReason } from '@baro/core/broker'
import { formatPosition, holdsBytes, type Position } from '@baro/core/protocol'
import { type Batch, positionIn } from '../../delivery/batch.ts'
import type { Dialect } from '../../delivery/dialect.ts'
import type { EncodedSnapshot } from '../../delivery/encode/encoded-snapshot.ts'
import { asideText, publicationText, resetText, signalText } from '../../delivery/encode/stream-messages.ts'
import { framed } from '../../delivery/encode/write.ts'
import { madeOnce } from '../../delivery/made-once.ts'
import type { Framing } from '../../ports/socket.ts'
import { sseFrame, sseFraming, ssePosition } from '../http/sse-framing.ts'
import { binaryFrame, textFrame } from '../websocket/websocket-frame.ts'
import type { View } from './channel-query.ts'

/** How one channel is told on a plain stream, which is read without our client. */
export interface ChannelDialect extends Dialect {
  readonly framing: Framing
  readonly view: View
  /**
   * The message of type `baro:reset`, in pieces; other clients get the long piece too. A view that shows no resets gets
   * the position alone.
   */
  encodeReset(reason: ResetReason, snapshot: EncodedSnapshot): readonly Uint8Array[]
  /** The position of the stream without a message; `undefined` if the transport cannot say it. */
  encodePosition(position: Position): Uint8Array | undefined
  /** A message without a position: an answer, an error. */
  encodeAside(type: string, payload: object): Uint8Array
  /** The answer to a request; in a view of payloads that alone. */
  encodeAnswer(payload: Json, id: string | undefined): Uint8Array
}

/** What tells one kind of stream from another. */
interface StreamKind {
  readonly framing: Framing
  /** The framing of a message that leads to a position. */
  readonly framingAt: (position: string) => Framing
  /** A payload alone. A string is sent as it is, because a tutorial's `onmessage` expects that. */
  readonly framePayload: (payload: Json, position: string) => Uint8Array
  /** A position without a message; `undefined` if the transport cannot say it. */
  readonly framePosition: (position: string) => Uint8Array | undefined
}

function channelDialect({ framing, framingAt, framePayload, framePosition }: StreamKind, view: View): ChannelDialect {
  const encodePosition = (position: Position) => framePosition(formatPosition(position))
  const encodeResetOf = (reason: ResetReason) => (snapshot: EncodedSnapshot) => {
    const position = formatPosition(snapshot.position)
    return framed(framingAt(position), resetText(reason, snapshot))
  }
  /** By reason. Unlike those of the SDK, the resets of plain streams name no client: all who start together get one. */
  const resetMakers = new Map<ResetReason, ReturnType<typeof encodeResetOf>>()
  const encodeResetFor = (reason: ResetReason) => {
    const maker = resetMakers.get(reason) ?? encodeResetOf(reason)
    resetMakers.set(reason, maker)
    return maker
  }
  return {
    framing,
    view,
    encodePosition,
    encode(batch: Batch) {
      if (batch.isEmpty) return batch.leadsOn ? encodePosition(batch.position) : undefined
      return Buffer.concat(
        batch.publications.map((publication) => {
          const there = formatPosition(positionIn(batch, publication))
          if (view === 'payload') return framePayload(publication.payload, there)
          return framingAt(there).frame(publicationText(publication, there))
        }),
      )
    },
    encodeReset(reason, snapshot) {
      if (view !== 'payload') return madeOnce(snapshot, encodeResetFor(reason))
      const bytes = encodePosition(snapshot.position)
      return bytes ? [bytes] : []
    },
    encodeSignal: (signal) => (view === 'publication' ? framing.frame(signalText(signal)) : undefined),
    encodeAside: (type, payload) => framing.frame(asideText(type, payload)),
    encodeAnswer(payload, id) {
      if (view === 'payload') return framePayload(payload, '')
      return framing.frame(asideText('baro:answer', { ...(id !== undefined && { id }), payload }))
    },
  }
}

type PlainDialects = Readonly<Record<'publication' | 'payload', ChannelDialect>>

function dialectsOf(kind: StreamKind): PlainDialects {
  return { publication: channelDialect(kind, 'publication'), payload: channelDialect(kind, 'payload') }
}

const sse: PlainDialects = dialectsOf({
  framing: sseFraming('sse'),
  framingAt: (position) => sseFraming('sse', position),
  framePayload: (payload, position) =>
    sseFrame(typeof payload === 'string' ? payload : JSON.stringify(payload), position),
  framePosition: ssePosition,
})

const webSocket = (framing: Framing): PlainDialects =>
  dialectsOf({
    framing,
    framingAt: () => framing,
    framePayload: (payload) => payloadFrame(framing, payload),
    framePosition: () => undefined,
  })

/** The dialect of an event stream. One object for each view, so that fan-out encodes once for all its readers. */
export function sseDialect(view: View): ChannelDialect {
  return sse[view === 'payload' ? 'payload' : 'publication']
}

/** The dialect of a plain WebSocket. One object for each framing and view. */
export function webSocketDialect(framing: Framing, view: View): ChannelDialect {
  return madeOnce(framing, webSocket)[view === 'payload' ? 'payload' : 'publication']
}

function payloadFrame(framing: Framing, payload: Json): Uint8Array {
  if (payload instanceof Uint8Array) return binaryFrame(payload)
  if (typeof payload !== 'string') return framing.frame(JSON.stringify(payload))
  // The payload is sent as text, not as JSON, so it may look as if it held bytes.
  return holdsBytes(payload) ? textFrame(payload) : framing.frame(payload)
}
