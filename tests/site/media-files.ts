/** Small files as a browser writes them: 3 by 2 pixels of each type that a picture may have. */

export const png3x2: Uint8Array<ArrayBuffer> = fromBase64(
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAYAAACddGYaAAAAHElEQVR4AWL6z8DwH4QZgICJkYGBEYQZGBgYAAAAAP//p6NmvQAAAAZJREFUAwBWNAQFb2BH1wAAAABJRU5ErkJggg==',
)

export const jpeg3x2: Uint8Array<ArrayBuffer> = fromBase64(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8Q' +
    'EBEQCgwSExIQEw8QEBD/2wBDAQMDAwQDBAgEBAgQCwkLEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ' +
    'EBAQEBAQEBD/wAARCAACAAMDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAn/xAAdEAACAgIDAQAAAAAAAAAAAAABBAID' +
    'ABEFEiGB/8QAFQEBAQAAAAAAAAAAAAAAAAAAAwX/xAAeEQAABAcAAAAAAAAAAAAAAAAAAQIEBTM1cXOxsv/aAAwDAQACEQMRAD8A' +
    'lg465yLM3OQbuaYs13tusM5y0NDcj6fAB8xjGA1kIsWhVjtVc5F9GP/Z',
)

/** The chunks of a WebP: an image of each kind, and the canvas that an extended file begins with. */
export const webpChunks = {
  lossy: webpChunk(
    'VP8 ',
    hex(
      'b0 01 00 9d 01 2a 03 00 02 00 02 c0 4c 25 00 4e 80 1e 95 0e 50 00 00 fe fb 0c 8f 77 16 c0 71 f4 ' +
        'b4 50 bd f6 c3 c4 e9 53 06 3e 06 37 d6 40 00 00',
    ),
  ),
  lossless: webpChunk('VP8L', hex('2f 02 40 00 10 0f 10 f3 1f 83 18 0c 85 00 02 a0 a0 89 e8 7f 0c')),
  canvas: webpChunk('VP8X', hex('20 00 00 00 02 00 00 01 00 00')),
  profile: webpChunk('ICCP', latin1('a colour profile')),
}

export const webp3x2 = {
  lossy: webp(webpChunks.lossy),
  lossless: webp(webpChunks.lossless),
  extended: webp(webpChunks.canvas, webpChunks.profile, webpChunks.lossy),
}

/** A WebP of these chunks. */
export function webp(...chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const file = Buffer.concat([latin1('RIFF----WEBP'), ...chunks])
  file.writeUInt32LE(file.length - 8, 4)
  return new Uint8Array(file)
}

export function webpChunk(type: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunk = Buffer.concat([latin1(type), Buffer.alloc(4), content, Buffer.alloc(content.length % 2)])
  chunk.writeUInt32LE(content.length, 4)
  return new Uint8Array(chunk)
}

/** A chunk of a PNG; nobody checks the sum at its end. */
export function pngChunk(type: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunk = Buffer.concat([Buffer.alloc(4), latin1(type), content, Buffer.alloc(4)])
  chunk.writeUInt32BE(content.length)
  return new Uint8Array(chunk)
}

/** A segment of a JPEG. */
export function jpegSegment(marker: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = content.length + 2
  return Uint8Array.of(0xff, marker, length >> 8, length & 0xff, ...content)
}

/** The picture with these bytes in it, before the byte at `at`; from the end if it is negative. */
export function withBytes(file: Uint8Array, at: number, ...added: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([file.subarray(0, at), ...added, file.subarray(at)]))
}

/** The bytes that the IEND of a PNG takes, and the EOI of a JPEG. */
export const endBytes = { png: 12, jpeg: 2 }

/** One byte for each character. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64, 'base64'))
}

function hex(digits: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(digits.replaceAll(' ', ''), 'hex'))
}
