import type { Framing } from '../ports/socket.ts'

/** What a frame carries (RFC 6455 §5.2), as far as we write it ourselves. */
export type FrameKind = 'text' | 'binary'

const firstBytes: Readonly<Record<FrameKind, number>> = { text: 0x81, binary: 0x82 }

/** RSV1, which permessage-deflate sets on a compressed message (RFC 7692 §6). */
const compressedBit = 0x40

/**
 * An unmasked, unfragmented frame of RFC 6455 §5.2 with its header written; the payload, `length` bytes long, belongs at
 * the end. Header and payload in one buffer: `ws` would frame again for each client and write the two apart, and that
 * is most of what a delivery costs us.
 */
export function openFrame(kind: FrameKind, isCompressed: boolean, length: number): Buffer {
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const bytes = Buffer.allocUnsafe(headerLength + length)
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

/** Text frames as they are. */
export const webSocketFraming: Framing = {
  name: 'websocket',
  frame(text) {
    const length = Buffer.byteLength(text)
    const bytes = openFrame('text', false, length)
    bytes.write(text, bytes.length - length)
    return bytes
  },
}
