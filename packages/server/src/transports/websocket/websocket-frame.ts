import { holdsBytes, joinFrame, type Lifted, liftBytes, readJson } from '@baro/core/protocol'
import { sharedPieces } from '../../delivery/encode/write.ts'
import { madeOnce } from '../../delivery/made-once.ts'
import type { Framing, SharedMessage, SharedText } from '../../ports/socket.ts'
import { readFrames } from './read-frames.ts'

/** The kinds of frames that the hub writes itself (RFC 6455 §5.2). */
export type FrameKind = 'text' | 'binary'

const nothing = new Uint8Array(0)

const firstBytes: Readonly<Record<FrameKind, number>> = { text: 0x81, binary: 0x82 }

/** RSV1, which permessage-deflate sets on a compressed message (RFC 7692 §6). */
const compressedBit = 0x40

/**
 * An unmasked, unfragmented frame of RFC 6455 §5.2 with its header written. The caller writes the payload, `length`
 * bytes, at the end; or its first `room` bytes, if further pieces hold the rest. Header and payload share one buffer:
 * `ws` would frame again for each client and write the two apart, and that is most of what a delivery costs.
 */
export function openFrame(kind: FrameKind, isCompressed: boolean, length: number, room: number = length): Buffer {
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const bytes = Buffer.allocUnsafe(headerLength + room)
  bytes[0] = firstBytes[kind] | (isCompressed ? compressedBit : 0)
  if (headerLength === 2) bytes[1] = length
  else if (headerLength === 4) {
    bytes[1] = 126
    bytes.writeUInt16BE(length, 2)
  } else {
    bytes[1] = 127
    bytes.writeBigUInt64BE(BigInt(length), 2)
  }
  return bytes
}

/** A text frame, whatever the text says. */
export function textFrame(text: string): Uint8Array {
  const length = Buffer.byteLength(text)
  const frame = openFrame('text', false, length)
  frame.write(text, frame.length - length)
  return frame
}

/** Frames about the connection itself (RFC 6455 §5.5), each with at most {@link longestControl} bytes. */
const controls = { close: 0x88, ping: 0x89, pong: 0x8a } as const

/** The longest payload of a control frame. */
const longestControl = 125

/** A ping with a short text, which the client sends back (RFC 6455 §5.5.2). */
export function pingFrame(text: string): Uint8Array {
  return controlFrame('ping', Buffer.from(text))
}

/** The answer to a ping with this payload. */
export function pongFrame(payload: Uint8Array): Uint8Array {
  return controlFrame('pong', payload)
}

/** A close frame. A reason that is too long is cut at a character. Without a code it says neither. */
export function closeFrame(code: number | undefined, reason: string): Uint8Array {
  if (code === undefined) return controlFrame('close', nothing)
  const bytes = Buffer.from(reason).subarray(0, longestControl - 2)
  const whole = Buffer.from(bytes.toString().replace(/\uFFFD$/, ''))
  return controlFrame('close', Buffer.concat([Buffer.from([code >> 8, code & 255]), whole]))
}

function controlFrame(kind: keyof typeof controls, payload: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([controls[kind], payload.length]), payload])
}

/** A binary frame. It is not compressed, because most bytes that are sent are compressed already. */
export function binaryFrame(bytes: Uint8Array): Uint8Array {
  const frame = openFrame('binary', false, bytes.length)
  frame.set(bytes, frame.length - bytes.length)
  return frame
}

/** The binary frame of a message text with bytes in it; `undefined` if it has none. */
export function packedFrame(text: string): Uint8Array | undefined {
  const lifted = lift(text)
  return lifted && binaryFrame(joinFrame(lifted))
}

/** {@link packedFrame} for a message whose long part is shared: only what names this client is written for each. */
export function packedSharedFrame({ head, shared, tail }: SharedMessage): readonly Uint8Array[] | undefined {
  const lifted = madeOnce(shared, liftShared)
  if (!lifted) return undefined
  return framePieces('binary', false, [
    ...sharedPieces({ head, shared: lifted.header, tail: `${tail}\n` }),
    lifted.attachments,
  ])
}

/** The header and the attachments of a shared text; `undefined` if it holds no bytes. */
function liftShared({ text }: SharedText): { header: SharedText; attachments: Uint8Array } | undefined {
  const lifted = lift(text)
  return lifted && { header: { text: lifted.header }, attachments: Buffer.concat(lifted.attachments) }
}

/** A frame in pieces: the first one gets the header before it, the others stay as they are. */
export function framePieces(
  kind: FrameKind,
  isCompressed: boolean,
  [first = nothing, ...others]: readonly Uint8Array[],
): readonly Uint8Array[] {
  const length = others.reduce((sum, piece) => sum + piece.length, first.length)
  const opened = openFrame(kind, isCompressed, length, first.length)
  opened.set(first, opened.length - first.length)
  return [opened, ...others]
}

function lift(text: string): Lifted | undefined {
  return holdsBytes(text) ? liftBytes(readJson(text)) : undefined
}

/** Uncompressed frames: text, or binary if the message holds bytes. */
export const webSocketFraming: Framing = {
  name: 'websocket',
  frame: (text) => packedFrame(text) ?? textFrame(text),
  frameShared: (message) => packedSharedFrame(message) ?? framePieces('text', false, sharedPieces(message)),
  readBack: readFrames,
}
