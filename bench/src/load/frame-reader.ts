/** Where one frame's payload lies in a buffer that is valid only during the call. */
export type OnFrame = (bytes: Buffer, start: number, end: number) => void

/** Cuts a stream of a server's WebSocket frames (RFC 6455 §5.2, never masked) as cheaply as it can. */
export function createFrameReader(onFrame: OnFrame): (chunk: Buffer) => void {
  let rest: Buffer | undefined
  return (chunk) => {
    const bytes = rest ? Buffer.concat([rest, chunk]) : chunk
    let at = 0
    while (bytes.length - at >= 2) {
      const short = (bytes[at + 1] ?? 0) & 127
      const header = short < 126 ? 2 : short === 126 ? 4 : 10
      if (bytes.length - at < header) break
      const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6)
      const end = at + header + length
      if (end > bytes.length) break
      onFrame(bytes, at + header, end)
      at = end
    }
    // The chunk's memory is reused for the next read.
    rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : undefined
  }
}

/** Writes a client's text frame; the mask is zero, so the text stays as it is. */
export function clientFrame(text: string): Buffer {
  const bytes = Buffer.from(text)
  const header =
    bytes.length < 126
      ? Buffer.of(0x81, 0x80 | bytes.length)
      : Buffer.of(0x81, 0xfe, bytes.length >> 8, bytes.length & 255)
  return Buffer.concat([header, Buffer.alloc(4), bytes])
}

/** Writes a server's text frame around a payload shorter than 64 KiB. */
export function frameOf(payload: Uint8Array): Buffer {
  const { length } = payload
  const head = length < 126 ? [0x81, length] : [0x81, 126, length >> 8, length & 255]
  return Buffer.concat([Uint8Array.from(head), payload])
}
