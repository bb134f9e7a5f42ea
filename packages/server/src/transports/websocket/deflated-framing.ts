import { constants, deflateRawSync } from 'node:zlib'
import { madeOnce } from '../../delivery/made-once.ts'
import type { Framing, SharedMessage, SharedText } from '../../ports/socket.ts'
import { framePieces, openFrame, packedFrame, packedSharedFrame, textFrame } from './websocket-frame.ts'

/**
 * On one core, publications in JSON with Korean and random text: 1 kB takes 9 µs, 10 kB 20 µs, 100 kB 0.3 ms, and a
 * fifth to a quarter of it is left. zlib's default, 6, makes the long ones a tenth shorter in twice the time. It is
 * done on the hub's thread: handing a message to another and waiting for it takes longer than most of them do.
 */
const level = 3

/** Ends with the empty stored block whose last four bytes do not travel (RFC 7692 §7.2.1). */
const flushed = { level, windowBits: 15, finishFlush: constants.Z_SYNC_FLUSH }
const trailerLength = 4

/** A stored block holds at most this many bytes (RFC 1951 §3.2.4). */
const longestStored = 65_535
const storedHeaderLength = 5

/** The four bytes that would follow it do not travel. */
const beginningOfAnEmptyBlock = Buffer.alloc(1)

/**
 * Text frames of permessage-deflate, each of which stands alone: made once, for every socket that has agreed to it.
 * Messages shorter than `thresholdBytes` are left as they are, and so are those with bytes in them.
 */
export function createDeflatedFraming(thresholdBytes: number): Framing {
  /** The middle part of a frame; `undefined` if it is too short to be worth the work. */
  const middleOf = ({ text }: SharedText) =>
    Buffer.byteLength(text) < thresholdBytes ? undefined : deflateRawSync(text, flushed)

  function frame(text: string): Uint8Array {
    const packed = packedFrame(text)
    if (packed) return packed
    if (Buffer.byteLength(text) < thresholdBytes) return textFrame(text)
    const deflated = deflateRawSync(text, flushed)
    const length = deflated.length - trailerLength
    const bytes = openFrame('text', true, length)
    deflated.copy(bytes, bytes.length - length, 0, length)
    return bytes
  }

  return {
    name: 'websocket-deflate',
    frame,
    /**
     * What names this client is stored as it is before and behind the part that is compressed for all. That part is
     * whole blocks which end at a byte and look back at nothing before them, so it fits between any others.
     */
    frameShared(message: SharedMessage) {
      const packed = packedSharedFrame(message)
      if (packed) return packed
      const { head, shared, tail } = message
      const middle = madeOnce(shared, middleOf)
      // What is each client's own is shorter still.
      if (!middle) return [textFrame(head + shared.text + tail)]
      return framePieces('text', true, [stored(head), middle, stored(tail), beginningOfAnEmptyBlock])
    },
  }
}

/** The text in blocks that are not compressed. */
function stored(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  const blocks: Uint8Array[] = []
  for (let taken = 0; taken < bytes.length; taken += longestStored) {
    const block = bytes.subarray(taken, taken + longestStored)
    const header = Buffer.alloc(storedHeaderLength)
    header.writeUInt16LE(block.length, 1)
    header.writeUInt16LE(~block.length & 0xffff, 3)
    blocks.push(header, block)
  }
  return Buffer.concat(blocks)
}
