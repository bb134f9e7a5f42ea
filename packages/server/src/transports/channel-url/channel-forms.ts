import {
  type AtPosition,
  formatPosition,
  holdsBytes,
  type Json,
  type Publication,
  positionAfter,
  type ResetReason,
} from '@baro/core'
import type { Batch } from '../../delivery/batch.ts'
import type { Form } from '../../delivery/form.ts'
import type { Framing } from '../../ports/socket.ts'
import type { EncodedSnapshot } from '../../stream/channel-value.ts'
import { sseFrame, ssePosition } from '../http/sse-framing.ts'
import { binaryFrame, textFrame } from '../websocket/websocket-frame.ts'
import type { View } from './channel-query.ts'

/** How one channel looks on a stream that is read without our client. */
export interface ChannelForm extends Form {
  readonly framing: Framing
  readonly view: View
  /** The message of type `baro:reset`, made once for all who are reset to this snapshot for this reason; where the view has no place for it, {@link encodePosition}. */
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
  /** A payload without anything about it. A string is itself: what a tutorial's `onmessage` expects. */
  readonly framePayload: (payload: Json, position: string) => Uint8Array
  /** A position without a message, where the transport has a place for it. */
  readonly framePosition: (position: string) => Uint8Array | undefined
}

function channelForm({ framing, frame, framePayload, framePosition }: StreamKind, view: View): ChannelForm {
  const encodePosition = (position: AtPosition) => framePosition(formatPosition(position))
  // One reason at a time: those who come back together mostly have one, and the snapshot may be kept for long.
  const resets = new WeakMap<EncodedSnapshot, { readonly reason: ResetReason; readonly bytes: Uint8Array }>()
  return {
    framing,
    view,
    encodePosition,
    encode({ position, publications }: Batch) {
      return Buffer.concat(
        publications.map((publication) => {
          const there = formatPosition(positionAfter(position.epoch, publication))
          return view === 'payload'
            ? framePayload(publication.payload, there)
            : frame(messageText(publication, there), there)
        }),
      )
    },
    encodeReset(reason, snapshot) {
      if (view === 'payload') return encodePosition(snapshot.position)
      const made = resets.get(snapshot)
      if (made?.reason === reason) return made.bytes
      const bytes = frame(...resetMessage(reason, snapshot))
      resets.set(snapshot, { reason, bytes })
      return bytes
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

function resetMessage(reason: ResetReason, snapshot: EncodedSnapshot): [text: string, position: string] {
  const position = formatPosition(snapshot.position)
  const field = snapshot.valueText === undefined ? '' : `,"snapshot":${snapshot.valueText}`
  return [`{"type":"baro:reset","payload":{"reason":"${reason}"${field}},"position":"${position}"}`, position]
}

type PlainForms = Readonly<Record<'publication' | 'payload', ChannelForm>>

function formsOf(kind: StreamKind): PlainForms {
  return { publication: channelForm(kind, 'publication'), payload: channelForm(kind, 'payload') }
}

const sse: PlainForms = formsOf({
  framing: { name: 'sse', frame: (text) => sseFrame(text, undefined) },
  frame: sseFrame,
  framePayload: (payload, position) =>
    sseFrame(typeof payload === 'string' ? payload : JSON.stringify(payload), position),
  framePosition: ssePosition,
})

const webSocket = new WeakMap<Framing, PlainForms>()

/** The form of an event stream; one object for each view, so that fan-out encodes once for all of its readers. */
export function sseForm(view: View): ChannelForm {
  return sse[view === 'payload' ? 'payload' : 'publication']
}

/** The form of a plain WebSocket; one object for each framing and view. */
export function webSocketForm(framing: Framing, view: View): ChannelForm {
  let forms = webSocket.get(framing)
  if (!forms) {
    forms = formsOf({
      framing,
      frame: (text) => framing.frame(text),
      framePayload: (payload) => payloadFrame(framing, payload),
      framePosition: () => undefined,
    })
    webSocket.set(framing, forms)
  }
  return forms[view === 'payload' ? 'payload' : 'publication']
}

function payloadFrame(framing: Framing, payload: Json): Uint8Array {
  if (payload instanceof Uint8Array) return binaryFrame(payload)
  if (typeof payload !== 'string') return framing.frame(JSON.stringify(payload))
  // A text is no JSON here, so it may look as if there were bytes in it.
  return holdsBytes(payload) ? textFrame(payload) : framing.frame(payload)
}
