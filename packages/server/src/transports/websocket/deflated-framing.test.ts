import { constants, inflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createDeflatedFraming } from './deflated-framing.ts'
import { webSocketFraming } from './websocket-frame.ts'

const framing = createDeflatedFraming(0)

/** The text of one frame, read as RFC 6455 §5.2 and RFC 7692 §7.2.2 say, and whether it was compressed. */
function read(frame: Uint8Array): { text: string; isCompressed: boolean } {
  const bytes = Buffer.from(frame)
  const first = bytes[0] ?? 0
  expect(first & 0b1011_1111, 'a whole text frame').toBe(0x81)
  const short = bytes[1] ?? 0
  const [at, length] =
    short < 126 ? [2, short] : short === 126 ? [4, bytes.readUInt16BE(2)] : [10, Number(bytes.readBigUInt64BE(2))]
  expect(bytes.length).toBe(at + length)
  const isCompressed = (first & 0x40) !== 0
  const body = bytes.subarray(at)
  const trailer = Buffer.from([0, 0, 0xff, 0xff])
  // A last block is added, because without one zlib would accept a message that ends too early.
  const last = Buffer.from([0x01, 0x00, 0x00, 0xff, 0xff])
  const text = isCompressed
    ? inflateRawSync(Buffer.concat([body, trailer, last]), { finishFlush: constants.Z_FINISH })
    : body
  return { text: text.toString(), isCompressed }
}

const texts: readonly (readonly [string, string])[] = [
  ['an empty text', ''],
  ['one character', 'a'],
  ['Korean', '안녕하세요, 세상 👋 '.repeat(300)],
  ['65,534 bytes', 'x'.repeat(65_534)],
  ['65,535 bytes', 'x'.repeat(65_535)],
  ['65,536 bytes', 'x'.repeat(65_536)],
  ['65,536 bytes of Korean', `${'가'.repeat(21_845)}x`],
  [
    'a megabyte that hardly repeats',
    Array.from({ length: 1 << 17 }, (_, index) => Math.imul(index, 0x9e3779b1)).join(),
  ],
]

describe('a deflated frame', () => {
  test.each(texts)('carries %s', (_, text) => {
    expect(read(framing.frame(text))).toEqual({ text, isCompressed: true })
  })

  test('is plain below the threshold, in bytes', () => {
    const { frame } = createDeflatedFraming(1_024)
    expect(frame('가'.repeat(341))).toEqual(webSocketFraming.frame('가'.repeat(341)))
    expect(read(frame(`${'가'.repeat(341)}x`)).isCompressed).toBe(true)
  })

  test.each(texts)('carries %s between what is each client’s own, compressed once for all', (_, text) => {
    const shared = { text }
    const middles = [1, 2].map((attempt) => {
      const pieces = framing.frameShared?.({ head: `{"안녕":${attempt},`, shared, tail: '}}' }) ?? []
      expect(read(Buffer.concat(pieces))).toEqual({ text: `{"안녕":${attempt},${text}}}`, isCompressed: true })
      return pieces[1]
    })
    expect(middles[1]).toBe(middles[0])
  })

  test.each([0, 1, 65_534, 65_535, 65_536, 131_070, 131_071])('carries %i bytes of a client’s own', (length) => {
    const own = 'h'.repeat(length)
    const pieces = framing.frameShared?.({ head: own, shared: { text: '가나다' }, tail: own }) ?? []
    expect(read(Buffer.concat(pieces))).toEqual({ text: `${own}가나다${own}`, isCompressed: true })
  })

  test('around a shared text below the threshold is plain', () => {
    const pieces = createDeflatedFraming(10).frameShared?.({ head: 'h'.repeat(20), shared: { text: '[]' }, tail: '}' })
    expect(pieces).toEqual([webSocketFraming.frame(`${'h'.repeat(20)}[]}`)])
  })
})
