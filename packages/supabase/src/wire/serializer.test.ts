import { orThrow } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { encodeBytes } from './binary-broadcast.ts'
import { serializerOf } from './serializer.ts'

/** A push as realtime-js 2.119 writes it: kind, five lengths, encoding, five texts, payload. */
function push(encoding: number, payload: Uint8Array, topic = 'realtime:방'): Uint8Array {
  const texts = ['1', '2', topic, 'said', ''].map((text) => Buffer.from(text))
  return Buffer.concat([Buffer.from([3, ...texts.map(({ length }) => length), encoding]), ...texts, payload])
}

describe('a binary push', () => {
  test('holds JSON', () => {
    const frame = orThrow(serializerOf('2.0.0')?.decode(push(1, Buffer.from('{"text":"안녕"}'))) ?? expect.fail())
    expect(frame).toEqual({
      joinRef: '1',
      ref: '2',
      topic: 'realtime:방',
      event: 'broadcast',
      payload: { type: 'broadcast', event: 'said', payload: { text: '안녕' } },
    })
  })

  test('holds bytes of its own, which do not change with what arrives later', () => {
    const arrived = push(0, new Uint8Array([1, 2, 3]))
    const { payload } = orThrow(serializerOf('2.0.0')?.decode(arrived) ?? expect.fail())
    arrived.fill(9)
    expect(payload).toEqual({ type: 'broadcast', event: 'said', payload: new Uint8Array([1, 2, 3]) })
  })

  test.each(Array.from({ length: push(1, Buffer.from('{}')).length }, (_, length) => length))(
    'cut after %i bytes is refused, never thrown',
    (length) => {
      const cut = push(1, Buffer.from('{}')).subarray(0, length)
      expect(serializerOf('2.0.0')?.decode(cut)).toMatchObject({ ok: false, error: { code: 'bad-message' } })
    },
  )
})

test('bytes leave as kind 4, unless topic or event is too long for its one byte of length', () => {
  const broadcast = { event: 'said', payload: new Uint8Array([7]), meta: { id: 'a' } }
  const bytes = Buffer.from(encodeBytes('realtime:1', broadcast) ?? [])
  expect([...bytes.subarray(0, 5)]).toEqual([4, 10, 4, 10, 0])
  expect(bytes.subarray(5).toString('latin1')).toBe('realtime:1said{"id":"a"}\u0007')
  expect(encodeBytes(`realtime:${'a'.repeat(250)}`, broadcast)).toBeUndefined()
  expect(encodeBytes('realtime:1', { event: 'said', payload: {} })).toBeUndefined()
})

test('there are two serializers, and a client that names none speaks the first', () => {
  expect(serializerOf(null)).toBe(serializerOf('1.0.0'))
  expect(serializerOf('2.0.0')).toBeDefined()
  expect(serializerOf('2.0')).toBeUndefined()
})
