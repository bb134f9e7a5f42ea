import { writeJson } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { closeFrame, pingFrame, pongFrame, webSocketFraming } from './websocket-frame.ts'

const { frame, frameShared } = webSocketFraming
const head = (attempt: number): string => `{"attempt":${attempt},"publications":`

describe('a frame of which most is shared', () => {
  test.each([0, 1, 4_095, 4_096, 65_600])('is the frame of its text, with %i characters of Korean', (length) => {
    const text = JSON.stringify('가'.repeat(length))
    const pieces = frameShared?.({ head: head(1), shared: { text }, tail: '}}' }) ?? []
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(frame(`${head(1)}${text}}}`)))
  })

  test('holds what is long once for all', () => {
    const shared = { text: JSON.stringify('x'.repeat(5_000)) }
    const [one, other] = [1, 2].map((attempt) => frameShared?.({ head: head(attempt), shared, tail: '}' }))
    expect(one).toHaveLength(3)
    expect(other?.[1]).toBe(one?.[1])
    expect(other?.[0]).not.toEqual(one?.[0])
  })

  test('holds attachments once for all, whatever their length', () => {
    const shared = { text: writeJson([{ picture: new Uint8Array([1, 2, 3]) }]) }
    const [one, other] = [1, 2].map((attempt) => frameShared?.({ head: head(attempt), shared, tail: '}' }))
    expect(other?.[1]).toBe(one?.[1])
    expect(Buffer.concat(one ?? [])).toEqual(Buffer.from(frame(`${head(1)}${shared.text}}`)))
  })

  test('holds a long text beside attachments once for all too', () => {
    const text = 'x'.repeat(5_000)
    const shared = { text: writeJson([{ picture: new Uint8Array([1, 2, 3]), text, other: new Uint8Array(9) }]) }
    const [one, other] = [1, 2].map((attempt) => frameShared?.({ head: head(attempt), shared, tail: '}' }))
    expect(one).toHaveLength(4)
    expect([other?.[1], other?.[3]]).toEqual([one?.[1], one?.[3]])
    expect(other?.[1]).toBe(one?.[1])
    expect(Buffer.concat(one ?? [])).toEqual(Buffer.from(frame(`${head(1)}${shared.text}}`)))
  })
})

describe('a control frame', () => {
  test('is that of RFC 6455', () => {
    expect(pingFrame('a')).toEqual(Buffer.from('890161', 'hex'))
    expect(pongFrame(Buffer.from('b'))).toEqual(Buffer.from('8a0162', 'hex'))
    expect(closeFrame(1000, 'c')).toEqual(Buffer.from('880303e863', 'hex'))
  })

  test('that closes without a code says nothing', () => {
    expect(closeFrame(undefined, 'unheard')).toEqual(Buffer.from('8800', 'hex'))
  })

  test('holds no more of a reason than there is room for, and no half character', () => {
    const frame = Buffer.from(closeFrame(4_000, '안'.repeat(100)))
    expect(frame.length).toBeLessThanOrEqual(127)
    expect(frame.subarray(4).toString()).toBe('안'.repeat(41))
  })
})
