import type { Framing } from '../ports/socket.ts'

/**
 * Unmasked, unfragmented text frames of RFC 6455 §5.2, header and payload in one buffer. `ws` would frame again for
 * each client and write header and payload apart; that is most of what a delivery costs us.
 */
export const webSocketFraming: Framing = {
  name: 'websocket',
  frame(text) {
    const length = Buffer.byteLength(text)
    const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10
    const bytes = Buffer.allocUnsafe(headerLength + length)
    bytes[0] = 0x81
    if (headerLength === 2) bytes[1] = length
    else if (headerLength === 4) {
      bytes[1] = 126
      bytes.writeUInt16BE(length, 2)
    } else {
      bytes[1] = 127
      bytes.writeBigUInt64BE(BigInt(length), 2)
    }
    bytes.write(text, headerLength)
    return bytes
  },
}
