/**
 * Reads what is no simple message: fragments, compressed messages, pings, pongs, close frames, and what breaks the rules.
 * `ws` does it, by its reader alone, which is made when the first such frame comes: most clients of the SDK never send one.
 */
import type { Writable } from 'node:stream'
import { closeCodes } from '@baro/core/protocol'
import { permessageDeflate } from './deflate-offer.ts'
import type { Inflater } from './inflater.ts'
import { Receiver } from './ws.ts'

/** Told what the frames of a client say. */
export interface FrameListener {
  message(data: string | Uint8Array): void
  pinged(payload: Buffer): void
  ponged(payload: Buffer): void
  /** The client has closed. Nothing counts that comes after it. */
  closed(code: number, reason: string): void
  /** A frame breaks the rules, which leads to this close code. Nothing counts that comes after it. */
  broken(code: number): void
}

/** A reader of frames; it says by its stream that it has had enough for now. */
export type FrameReader = Pick<Writable, 'write' | 'writable' | 'writableLength' | 'writableNeedDrain' | 'on'>

/** Makes a reader. Give it whole frames or parts of them, in their order. */
export function readFrames(listener: FrameListener, maxMessageBytes: number, inflater?: Inflater): FrameReader {
  const receiver = new Receiver({
    isServer: true,
    maxPayload: maxMessageBytes,
    ...mostPieces,
    extensions: inflater ? { [permessageDeflate]: inflater } : {},
  })
  receiver.on('message', (data: Buffer, isBinary: boolean) => listener.message(isBinary ? data : data.toString()))
  receiver.on('ping', (payload: Buffer) => listener.pinged(payload))
  receiver.on('pong', (payload: Buffer) => listener.ponged(payload))
  receiver.on('conclude', (code: number, reason: Buffer) => listener.closed(code, reason.toString()))
  receiver.on('error', (error: NodeJS.ErrnoException) => listener.broken(closeCodeOf(error)))
  return receiver
}

/** A message in more pieces than this is too large, however short it is: each piece takes memory. As a server of `ws` has it. */
const mostPieces = { maxFragments: 16_384, maxBufferedChunks: 262_144 } as const

const tooLarge: ReadonlySet<string | undefined> = new Set([
  'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
  'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
  'WS_ERR_TOO_MANY_BUFFERED_PARTS',
  // What would inflate to more than a message may hold.
  'ERR_BUFFER_TOO_LARGE',
])

/** `ws` documents the codes of its errors. One of another kind is of a message that does not inflate, so it is no text. */
function closeCodeOf({ code }: NodeJS.ErrnoException): number {
  if (tooLarge.has(code)) return closeCodes['too-large']
  const isOfText = code === 'WS_ERR_INVALID_UTF8' || !code?.startsWith('WS_')
  return closeCodes[isOfText ? 'bad-utf8' : 'broken-frame']
}
