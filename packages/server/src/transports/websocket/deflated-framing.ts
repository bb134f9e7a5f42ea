import { constants, deflateRawSync } from 'node:zlib'
import { madeOnce } from '../../delivery/made-once.ts'
import type { Framing, SharedMessage, SharedText } from '../../ports/socket.ts'
import { readFrames } from './read-frames.ts'
import { framePieces, openFrame, packedFrame, packedSharedFrame, textFrame } from './websocket-frame.ts'

/**
 * Measured on one core, with publications in JSON with Korean and random text: 1 kB takes 9 µs, 10 kB 20 µs, 100 kB 0.3
 * ms, and a fifth to a quarter of the bytes is left. zlib's default, 6, makes long messages a tenth shorter in twice
 * the time. The hub's own thread compresses, because handing a message to another thread takes longer than compressing
 * most messages.
 */
const level = 3

/** Ends the output with an empty stored block. Its last four bytes are not sent (RFC 7692 §7.2.1). */
const flushed = { level, windowBits: 15, finishFlush: constants.Z_SYNC_FLUSH }
const trailerLength = 4

/** A stored block holds at most this many bytes (RFC 1951 §3.2.4). */
const longestStored = 65_535
const storedHeaderLength = 5

/** The four bytes that would follow are not sent. */
const beginningOfAnEmptyBlock = Buffer.alloc(1)

/**
 * Text frames of permessage-deflate. Each frame stands alone, so it is made once for all sockets that agreed to the
 * extension. Messages shorter than `thresholdBytes` are not compressed, and messages with bytes are not either.
 */
export function createDeflatedFraming(thresholdBytes: number): Framing {
  /** The compressed middle of a frame; `undefined` if the text is too short to be worth the work. */
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
    readBack: readFrames,
    /**
     * The middle is compressed once for all clients. What names this client is stored uncompressed before and after it.
     * The middle consists of whole blocks that end at a byte and refer to nothing before them, so it fits between other
     * blocks.
     */
    frameShared(message: SharedMessage) {
      const packed = packedSharedFrame(message)
      if (packed) return packed
      const { head, shared, tail } = message
      const middle = madeOnce(shared, middleOf)
      // `head` and `tail` are shorter still.
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
