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

export const webp3x2 = {
  lossy: webpChunk(
    'VP8 ',
    'b0 01 00 9d 01 2a 03 00 02 00 02 c0 4c 25 00 4e 80 1e 95 0e 50 00 00 fe fb 0c 8f 77 16 c0 71 f4 ' +
      'b4 50 bd f6 c3 c4 e9 53 06 3e 06 37 d6 40 00 00',
  ),
  lossless: webpChunk('VP8L', '2f 02 40 00 10 0f 10 f3 1f 83 18 0c 85 00 02 a0 a0 89 e8 7f 0c'),
  /** As with a colour profile: the size stands before whatever else there is. */
  extended: webpChunk('VP8X', '20 00 00 00 02 00 00 01 00 00'),
}

/** A WebP with this as its first chunk. */
export function webpChunk(name: string, hex: string): Uint8Array<ArrayBuffer> {
  const content = Buffer.from(hex.replaceAll(' ', ''), 'hex')
  const file = Buffer.concat([
    latin1('RIFF----WEBP'),
    latin1(name),
    Buffer.alloc(4),
    content,
    Buffer.alloc(content.length % 2),
  ])
  file.writeUInt32LE(content.length, 16)
  file.writeUInt32LE(file.length - 8, 4)
  return new Uint8Array(file)
}

/** One byte for each character. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64, 'base64'))
}
