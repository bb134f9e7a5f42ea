import { type AtPosition, formatPosition, type Publication, positionAfter, type ResetReason } from '@baro/core'
import type { Framing } from '../ports/socket.ts'
import type { Batch } from '../stream/batch.ts'
import type { EncodedSnapshot } from '../stream/channel-value.ts'
import type { Form } from '../stream/form.ts'
import type { View } from './channel-query.ts'
import { sseFrame, ssePosition } from './sse-framing.ts'
import { webSocketFraming } from './websocket-frame.ts'

/** How one channel looks on a stream that is read without our client. */
export interface ChannelForm extends Form {
  readonly framing: Framing
  readonly view: View
  /** The message of type `baro:reset`; where the view has no place for it, {@link encodePosition}. */
  encodeReset(reason: ResetReason, snapshot: EncodedSnapshot): Uint8Array | undefined
  /** Where the stream stands, and nothing else: not lost if it breaks before its first message. */
  encodePosition(position: AtPosition): Uint8Array | undefined
  /** A message without a position: an answer, an error. */
  encodeAside(type: string, payload: unknown): Uint8Array
}

/** A message and, where it has one, the position it leads to. */
type Framed = (text: string, position: string | undefined) => Uint8Array

interface StreamKind {
  readonly framing: Framing
  readonly frame: Framed
  /** A position without a message, where the transport has a place for it. */
  readonly framePosition: (position: string) => Uint8Array | undefined
}

function channelForm({ framing, frame, framePosition }: StreamKind, view: View): ChannelForm {
  const encodePosition = (position: AtPosition) => framePosition(formatPosition(position))
  return {
    framing,
    view,
    encodePosition,
    encode({ position, publications }: Batch) {
      return Buffer.concat(
        publications.map((publication) => {
          const there = formatPosition(positionAfter(position.epoch, publication))
          return frame(view === 'payload' ? payloadText(publication) : messageText(publication, there), there)
        }),
      )
    },
    encodeReset(reason, { position, valueText }) {
      if (view === 'payload') return encodePosition(position)
      const there = formatPosition(position)
      const snapshot = valueText === undefined ? '' : `,"snapshot":${valueText}`
      return frame(`{"type":"baro:reset","payload":{"reason":"${reason}"${snapshot}},"position":"${there}"}`, there)
    },
    encodeSignal({ type, payload, by }) {
      return view === 'publication' ? frame(JSON.stringify({ type, payload, by }), undefined) : undefined
    },
    encodeAside(type, payload) {
      return frame(JSON.stringify({ type, payload }), undefined)
    },
  }
}

function messageText({ type, payload, offset, id, time, by }: Publication, position: string): string {
  return JSON.stringify({ type, payload, position, offset, id, time, by })
}

/** A string travels as itself: what a tutorial's `onmessage` expects. */
function payloadText({ payload }: Publication): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload)
}

const webSocket: StreamKind = {
  framing: webSocketFraming,
  frame: (text) => webSocketFraming.frame(text),
  framePosition: () => undefined,
}

const sse: StreamKind = {
  framing: { name: 'sse', frame: (text) => sseFrame(text, undefined) },
  frame: sseFrame,
  framePosition: ssePosition,
}

type PlainForms = Readonly<Record<'publication' | 'payload', ChannelForm>>

const forms: Readonly<Record<'websocket' | 'sse', PlainForms>> = {
  websocket: { publication: channelForm(webSocket, 'publication'), payload: channelForm(webSocket, 'payload') },
  sse: { publication: channelForm(sse, 'publication'), payload: channelForm(sse, 'payload') },
}

/** The form of a plain stream; one object for each kind, so that fan-out encodes once for all of its readers. */
export function plainForm(transport: 'websocket' | 'sse', view: View): ChannelForm {
  return forms[transport][view === 'payload' ? 'payload' : 'publication']
}
