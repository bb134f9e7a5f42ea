import { describe, expect, test } from 'vitest'
import { frame } from '../../../test/network-client.ts'
import { FrameScanner } from './frame-scanner.ts'

/** The lengths of the frames that are found in these pieces, and whether the last one is complete. */
function found(pieces: readonly Uint8Array[]): { readonly lengths: readonly number[]; readonly isBetween: boolean } {
  const lengths: number[] = []
  const scanner = new FrameScanner()
  for (const piece of pieces)
    for (let at = 0; at < piece.length; )
      at = scanner.read(piece, at, { frameBegan: (payloadBytes) => void lengths.push(payloadBytes) })
  return { lengths, isBetween: scanner.isBetweenFrames }
}

/** A frame whose length takes eight bytes. */
const long = Buffer.concat([Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 1, 9, 9, 9, 9]), Buffer.alloc(65_537)])

const frames = [
  frame({ payload: 'hello' }),
  frame({ opcode: 9 }),
  frame({ payload: Buffer.alloc(125) }),
  frame({ payload: Buffer.alloc(126) }),
  frame({ masked: false, payload: '' }),
  frame({ masked: false, payload: 'not masked' }),
  frame({ payload: Buffer.alloc(65_535) }),
  frame({ fin: false, payload: '' }),
]
const lengths = [5, 0, 125, 126, 0, 10, 65_535, 0]

describe('frames are found', () => {
  test('in one piece, of every length', () => {
    expect(found([Buffer.concat([...frames, long])])).toEqual({ lengths: [...lengths, 65_537], isBetween: true })
  })

  test.each([1, 2, 3, 7, 64, 1_000])('in pieces of %s bytes', (size) => {
    const bytes = Buffer.concat([...frames, long])
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    )
    expect(found(pieces)).toEqual({ lengths: [...lengths, 65_537], isBetween: true })
  })

  test('as soon as their head has come', () => {
    expect(found([frame({ payload: 'hello' }).subarray(0, 1)])).toEqual({ lengths: [], isBetween: false })
    expect(found([frame({ payload: 'hello' }).subarray(0, 2)])).toEqual({ lengths: [5], isBetween: false })
    expect(found([long.subarray(0, 9)])).toEqual({ lengths: [], isBetween: false })
    expect(found([long.subarray(0, 10)])).toEqual({ lengths: [65_537], isBetween: false })
  })

  test('between messages, which fragments are not, and the control frames among them', () => {
    const scanner = new FrameScanner()
    const isBetween = (bytes: Buffer) => {
      for (let at = 0; at < bytes.length; ) at = scanner.read(bytes, at, { frameBegan() {} })
      return scanner.isBetweenMessages
    }
    expect(isBetween(frame({ payload: 'whole' }))).toBe(true)
    expect(isBetween(frame({ fin: false, payload: 'first' }))).toBe(false)
    expect(isBetween(frame({ opcode: 9, payload: 'ping' }))).toBe(false)
    expect(isBetween(frame({ opcode: 0, fin: false, payload: 'second' }))).toBe(false)
    expect(isBetween(frame({ opcode: 0, payload: 'last' }))).toBe(true)
    expect(isBetween(frame({ payload: 'half' }).subarray(0, 3))).toBe(false)
  })
})
