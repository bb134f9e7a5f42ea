import { describe, expect, test } from 'vitest'
import { pictureHeader, soundType } from '../../examples/site/channels/first-bytes.ts'
import { jpeg3x2, latin1, png3x2, webp3x2, webpChunk } from './media-files.ts'

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
    const wide = webpChunk('VP8X', '20 00 00 00 ff ff ff 02 00 01')
    expect(pictureHeader(wide)).toMatchObject({ width: 1 << 24, height: (1 << 16) + 3 })
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
    const cuts = { png: [png3x2, 24], jpeg: [jpeg3x2, frameEnd()], webp: [webp3x2.lossy, 30] } as const
    for (const [bytes, headerBytes] of Object.values(cuts)) {
      for (let length = 0; length < headerBytes; length++)
        expect(pictureHeader(bytes.subarray(0, length))).toBeUndefined()
      expect(pictureHeader(bytes.subarray(0, headerBytes))).toMatchObject({ width: 3, height: 2 })
    }
  })

  test('nor has a JPEG of segments that lead nowhere', () => {
    expect(pictureHeader(new Uint8Array(64).fill(0xff))).toBeUndefined()
    expect(pictureHeader(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, ...new Uint8Array(64)))).toBeUndefined()
  })
})

test('the type of a sound is told by its first bytes, and a text is none', () => {
  expect(soundType(Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3, 0x9f))).toBe('audio/webm')
  expect(soundType(latin1('OggS\0\x02'))).toBe('audio/ogg')
  expect(soundType(latin1('\0\0\0\x18ftypmp42'))).toBe('audio/mp4')
  for (const text of ['', 'Ogg', '<html>', 'RIFF....WAVE', 'ftypmp42']) expect(soundType(latin1(text))).toBeUndefined()
})

/** Behind the marker of the frame come its length, its precision, the height and the width. */
function frameEnd(): number {
  return jpeg3x2.findIndex((byte, index) => byte === 0xff && jpeg3x2[index + 1] === 0xc0) + 9
}
