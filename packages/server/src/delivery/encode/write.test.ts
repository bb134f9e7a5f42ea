import { asBytes } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import type { Framing } from '../../ports/socket.ts'
import { SharedValue } from './shared-text.ts'
import { bytesOf, framed, piecesOf, write } from './write.ts'

const shared = new SharedValue('["안녕"]')

describe('an object written around what is shared', () => {
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['nothing', {}, '{}'],
    ['nothing that is shared', { a: 1, b: undefined, c: [null, '"'] }, '{"a":1,"c":[null,"\\""]}'],
    ['bytes', { a: asBytes(new Uint8Array([1])) }, '{"a":{"baro:bytes":"AQ=="}}'],
    ['the shared value first', { a: shared, b: 1 }, '{"a":["안녕"],"b":1}'],
    ['the shared value in between', { a: undefined, b: 1, c: shared, d: 2 }, '{"b":1,"c":["안녕"],"d":2}'],
    ['the shared value last', { a: 1, b: shared }, '{"a":1,"b":["안녕"]}'],
    [
      'the shared value deep inside',
      { a: 1, b: write({ c: 2, d: shared, e: 3 }), f: 4 },
      '{"a":1,"b":{"c":2,"d":["안녕"],"e":3},"f":4}',
    ],
    ['what was written before', { a: write({ b: 1 }), c: 2 }, '{"a":{"b":1},"c":2}'],
  ])('with %s is its JSON', (_, fields, text) => {
    const written = write(fields)
    expect(written.text).toBe(text)
    expect(Buffer.concat(piecesOf(written)).toString()).toBe(text)
    expect(bytesOf(written)).toBe(Buffer.byteLength(text))
  })

  test('keeps the shared part apart', () => {
    expect(write({ a: 1, b: shared, c: 2 })).toEqual({ head: '{"a":1,"b":', shared, tail: ',"c":2}' })
  })

  test('I7: is three pieces if the shared part is long, and all clients hold the same middle piece', () => {
    const long = new SharedValue(JSON.stringify('x'.repeat(5_000)))
    const [one, other] = [1, 2].map((attempt) => piecesOf(write({ attempt, long })))
    expect(one).toHaveLength(3)
    expect(other?.[1]).toBe(one?.[1])
    expect(other?.[0]).not.toEqual(one?.[0])
  })
})

describe('a frame of it', () => {
  const lines: Framing = { name: 'lines', frame: (text) => Buffer.from(`${text}\n`) }

  test('is one piece if the framing has no `frameShared`', () => {
    expect(framed(lines, write({ a: 1, b: shared }))).toEqual([Buffer.from('{"a":1,"b":["안녕"]}\n')])
  })

  test('is made around the shared part if the framing has `frameShared`', () => {
    const sharing: Framing = { ...lines, frameShared: (message) => piecesOf(message as never) }
    expect(Buffer.concat(framed(sharing, write({ a: 1, b: shared }))).toString()).toBe('{"a":1,"b":["안녕"]}')
    expect(framed(sharing, write({ a: 1 }))).toEqual([Buffer.from('{"a":1}\n')])
  })
})
