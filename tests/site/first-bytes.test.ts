import { describe, expect, test } from 'vitest'
import { pictureHeader, soundType } from '../../examples/site/channels/first-bytes.ts'
import {
  endBytes,
  jpeg3x2,
  jpegSegment,
  latin1,
  png3x2,
  pngChunk,
  webp,
  webp3x2,
  webpChunk,
  webpChunks,
  withBytes,
} from './media-files.ts'

describe('the header of a picture says its type and size', () => {
  test.each([
    ['image/png', png3x2],
    ['image/jpeg', jpeg3x2],
    ['image/webp', webp3x2.lossy],
    ['image/webp', webp3x2.lossless],
    ['image/webp', webp3x2.extended],
  ])('of %s', (mimeType, bytes) => {
    expect(pictureHeader(bytes)).toEqual({ mimeType, width: 3, height: 2 })
  })

  test('of a picture that says it is vast', () => {
    const vast = png3x2.slice()
    new DataView(vast.buffer).setUint32(16, 40_000)
    expect(pictureHeader(vast)).toMatchObject({ width: 40_000, height: 2 })
    const wide = webp3x2.lossless.slice()
    new DataView(wide.buffer).setUint32(21, 0x0fff_ffff, true)
    expect(pictureHeader(wide)).toMatchObject({ width: 1 << 14, height: 1 << 14 })
  })

  test('wherever it stands in a larger buffer', () => {
    const larger = new Uint8Array([...latin1('before'), ...png3x2])
    expect(pictureHeader(larger.subarray(6))).toMatchObject({ width: 3, height: 2 })
  })
})

describe('what is no picture has no header', () => {
  test.each([
    '',
    'hello',
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    '<!doctype html><script>alert(1)</script><p>long enough to hold any header</p>',
    'GIF89a and something behind it that is long enough',
    'RIFF....WAVEfmt and something behind it that is long enough',
  ])('%s', (text) => {
    expect(pictureHeader(latin1(text))).toBeUndefined()
  })

  test('nor has one that is cut off, wherever that is', () => {
    for (const file of [png3x2, jpeg3x2, ...Object.values(webp3x2)])
      for (let length = 0; length < file.length; length++)
        expect(pictureHeader(file.subarray(0, length)), `${length} of ${file.length}`).toBeUndefined()
  })

  test('nor has a JPEG of segments that lead nowhere', () => {
    expect(pictureHeader(new Uint8Array(64).fill(0xff))).toBeUndefined()
    expect(pictureHeader(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, ...new Uint8Array(64)))).toBeUndefined()
  })
})

describe('a picture may hold more than pixels', () => {
  const note = latin1('made by hand')
  test.each([
    ['a comment in a PNG', withBytes(png3x2, -endBytes.png, pngChunk('tEXt', note))],
    ['more pixel data in a PNG', withBytes(png3x2, -endBytes.png, pngChunk('IDAT', note))],
    ['a comment in a JPEG', withBytes(jpeg3x2, 2, jpegSegment(0xfe, note))],
    ['a camera in a JPEG', withBytes(jpeg3x2, 2, jpegSegment(0xe1, note))],
    ['a marker that is preceded by fill bytes', withBytes(jpeg3x2, 2, Uint8Array.of(0xff, 0xff))],
    ['a second scan of a JPEG', withBytes(jpeg3x2, -endBytes.jpeg, jpegSegment(0xda, note), note)],
    ['bytes of a scan that look like a marker', withBytes(jpeg3x2, -endBytes.jpeg, Uint8Array.of(0xff, 0, 0xff, 0xd0))],
    ['a camera behind a WebP', webp(webpChunks.canvas, webpChunks.lossless, webpChunk('EXIF', note))],
  ])('%s', (_, bytes) => {
    expect(pictureHeader(bytes)).toMatchObject({ width: 3, height: 2 })
  })
})

describe('what says its size twice, or goes on behind its end, has no header', () => {
  const script = latin1('<script>alert(1)</script>')
  const vastFrame = Uint8Array.of(8, 0xff, 0xff, 0xff, 0xff, 1, 1, 0x11, 0)
  const vastPng = png3x2.slice(16, 29)
  new DataView(vastPng.buffer).setUint32(0, 40_000)
  const vastCanvas = webpChunk('VP8X', Uint8Array.of(0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff))
  const frame = new Uint8Array(26)
  const liar = png3x2.slice()
  liar[png3x2.length - endBytes.png + 3] = 5
  const shortRiff = webp3x2.lossy.slice()
  new DataView(shortRiff.buffer).setUint32(4, 12, true)
  const between = webp3x2.lossy.slice()
  between[20] = 0xb1
  const scanStart = jpeg3x2.findIndex((byte, index) => byte === 0xff && jpeg3x2[index + 1] === 0xda)

  test.each<[string, Uint8Array]>([
    ['a script behind a PNG', withBytes(png3x2, png3x2.length, script)],
    ['a script behind a JPEG', withBytes(jpeg3x2, jpeg3x2.length, script)],
    ['a script behind a WebP', withBytes(webp3x2.lossy, webp3x2.lossy.length, script)],
    ['one byte behind a PNG', withBytes(png3x2, png3x2.length, Uint8Array.of(0))],
    ['one byte behind a JPEG', withBytes(jpeg3x2, jpeg3x2.length, Uint8Array.of(0))],
    ['two pictures in one file', withBytes(jpeg3x2, jpeg3x2.length, jpeg3x2)],
    ['a PNG of two', withBytes(png3x2, png3x2.length, png3x2)],
    ['a second IHDR', withBytes(png3x2, 33, pngChunk('IHDR', vastPng))],
    ['a second IHDR at the end', withBytes(png3x2, -endBytes.png, pngChunk('IHDR', vastPng))],
    ['something before the IHDR', withBytes(png3x2, 8, pngChunk('tEXt', script))],
    [
      'an IHDR that is too long',
      withBytes(png3x2.slice(0, 8), 8, pngChunk('IHDR', new Uint8Array(14)), png3x2.slice(33)),
    ],
    ['a PNG without pixels', withBytes(png3x2.slice(0, 33), 33, pngChunk('IEND', new Uint8Array()))],
    [
      'an IEND with something in it',
      withBytes(png3x2.slice(0, -endBytes.png), png3x2.length, pngChunk('IEND', script)),
    ],
    ['an IEND that says there is something in it', liar],
    ['a JPEG without a scan', withBytes(jpeg3x2.slice(0, scanStart), scanStart, Uint8Array.of(0xff, 0xd9))],
    ['a WebP that says it is shorter', shortRiff],
    ['a WebP with half a chunk at its end', webp(webpChunks.lossy, latin1('EXIF'))],
    ['a picture between two key frames', between],
    ['a PNG that moves', withBytes(png3x2, 33, pngChunk('acTL', new Uint8Array(8)))],
    ['a frame of a PNG', withBytes(png3x2, 33, pngChunk('fcTL', frame))],
    ['pixels of a frame of a PNG', withBytes(png3x2, -endBytes.png, pngChunk('fdAT', frame))],
    ['a chunk that is longer than the file', withBytes(png3x2, 33, Uint8Array.of(0xff, 0xff, 0xff, 0xff))],
    ['a second frame before the first', withBytes(jpeg3x2, 2, jpegSegment(0xc0, vastFrame))],
    ['a second frame behind the scan', withBytes(jpeg3x2, -endBytes.jpeg, jpegSegment(0xc2, vastFrame))],
    ['a frame of a kind that browsers do not show', withBytes(jpeg3x2, 2, jpegSegment(0xc3, vastFrame))],
    [
      'a height behind the scan (DNL)',
      withBytes(jpeg3x2, -endBytes.jpeg, jpegSegment(0xdc, Uint8Array.of(0xff, 0xff))),
    ],
    ['a hierarchy of frames (DHP)', withBytes(jpeg3x2, 2, jpegSegment(0xde, vastFrame))],
    ['a JPEG that begins once more', withBytes(jpeg3x2, 2, Uint8Array.of(0xff, 0xd8))],
    ['a JPEG that ends before its scan', withBytes(jpeg3x2, 2, Uint8Array.of(0xff, 0xd9))],
    ['a scan before the frame', withBytes(jpeg3x2, 2, jpegSegment(0xda, new Uint8Array(4)))],
    ['a segment without a length', withBytes(jpeg3x2, 2, Uint8Array.of(0xff, 0xe0, 0, 0))],
    ['a canvas of another size than its image', webp(vastCanvas, webpChunks.lossy)],
    ['a second canvas', webp(webpChunks.canvas, webpChunks.canvas, webpChunks.lossy)],
    ['a canvas behind the image', webp(webpChunks.lossy, webpChunks.canvas)],
    ['a canvas without an image', webp(webpChunks.canvas)],
    ['a second image', webp(webpChunks.canvas, webpChunks.lossy, webpChunks.lossless)],
    ['a second image without a canvas', webp(webpChunks.lossless, webpChunks.lossy)],
    ['an image that is none, and one', webp(webpChunks.canvas, webpChunk('VP8 ', frame), webpChunks.lossy)],
    ['a WebP that moves', webp(webpChunks.canvas, webpChunk('ANIM', new Uint8Array(6)), webpChunks.lossy)],
    ['a frame of a WebP', webp(webpChunks.canvas, webpChunks.lossy, webpChunk('ANMF', frame))],
    ['a chunk that nobody knows', webp(webpChunks.canvas, webpChunks.lossy, webpChunk('HTML', script))],
    ['a chunk behind a simple image', webp(webpChunks.lossy, webpChunk('EXIF', script))],
    ['a WebP that says it is longer', withBytes(webp3x2.lossy, -4, script)],
  ])('%s', (_, bytes) => {
    expect(pictureHeader(bytes)).toBeUndefined()
  })

  test('and reading ends without an exception, whatever one of its bytes becomes', () => {
    for (const file of [png3x2, jpeg3x2, ...Object.values(webp3x2)])
      for (let at = 0; at < file.length; at++)
        for (const value of [0x00, 0x01, 0x7f, 0xc2, 0xd9, 0xda, 0xff]) {
          const changed = file.slice()
          changed[at] = value
          expect(() => pictureHeader(changed), `byte ${at} is ${value}`).not.toThrow()
        }
  })
})

test('the type of a sound is told by its first bytes, and a text is none', () => {
  expect(soundType(Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3, 0x9f))).toBe('audio/webm')
  expect(soundType(latin1('OggS\0\x02'))).toBe('audio/ogg')
  expect(soundType(latin1('\0\0\0\x18ftypmp42'))).toBe('audio/mp4')
  for (const text of ['', 'Ogg', '<html>', 'RIFF....WAVE', 'ftypmp42']) expect(soundType(latin1(text))).toBeUndefined()
})
