import { constants, inflateRawSync } from 'node:zlib'
import type { FrameRead } from '../../ports/socket.ts'

/** What a compressed message ends with, and is not sent (RFC 7692 §7.2.1). */
const trailer = Buffer.from([0, 0, 0xff, 0xff])

/** The last block of a message is not marked as the last one. */
const unended = { finishFlush: constants.Z_SYNC_FLUSH }

/** The whole, unmasked frames that the hub has written (RFC 6455 §5.2), for who looks at a link. */
export function readFrames(written: Uint8Array): readonly FrameRead[] {
  const bytes = Buffer.from(written.buffer, written.byteOffset, written.byteLength)
  const frames: FrameRead[] = []
  let start = 0
  while (start + 2 <= bytes.length) {
    const [first, short] = [bytes.readUInt8(start), bytes.readUInt8(start + 1)]
    const headerLength = short < 126 ? 2 : short === 126 ? 4 : 10
    if (start + headerLength > bytes.length) break
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(start + 2) : Number(bytes.readBigUInt64BE(start + 2))
    const end = start + headerLength + length
    const payload = bytes.subarray(start + headerLength, end)
    const isCompressed = (first & 0x40) !== 0
    const inflated = isCompressed ? inflateRawSync(Buffer.concat([payload, trailer]), unended) : payload
    const isText = (first & 0x0f) === 1
    frames.push({
      kind: isText ? 'text' : 'binary',
      bytes: end - start,
      isCompressed,
      data: isText ? inflated.toString() : inflated,
    })
    start = end
  }
  return frames
}
