import { describe, expect, it } from 'vitest'
import { createGenerator, type Generator } from '../../test/generator.ts'
import { asBytes, type Bytes, readJson } from '../bytes.ts'
import { BaroError } from '../errors.ts'
import { joinFrame, liftBytes, parseFrame, readFrame } from './binary-frame.ts'

const encoder = new TextEncoder()

/** A frame with this header and these attachments. */
function frameOf(header: string | Uint8Array, attachments = ''): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([Buffer.from(header as string), encoder.encode(`\n${attachments}`)]))
}

function pack(message: unknown): Uint8Array<ArrayBuffer> {
  return joinFrame(liftBytes(message))
}

function anyValue(generator: Generator, depth: number): unknown {
  const length = generator.whole(4)
  switch (generator.whole(depth > 3 ? 4 : 6)) {
    case 0:
      return generator.pick([null, true, 0, -1.5])
    case 1:
      return generator.text(['한글', '"', '\\', '{"baro:bytes":"', 'baro:bytes', '}'], 4)
    case 2:
    case 3:
      return asBytes(Uint8Array.from({ length: generator.whole(30) }, () => generator.whole(256)))
    case 4:
      return Array.from({ length }, () => anyValue(generator, depth + 1))
    default:
      return Object.fromEntries(
        Array.from({ length }, () => [generator.pick(['a', '1', '0', '한', 'length']), anyValue(generator, depth + 1)]),
      )
  }
}

describe('a binary frame', () => {
  it('holds the header on a line, and behind that the attachments', () => {
    const frame = pack({ a: new Uint8Array([7, 8]), b: [Buffer.from([9])] })
    const header = '{"a":{"baro:bytes":[0,2]},"b":[{"baro:bytes":[2,1]}]}'
    expect(frame).toEqual(Uint8Array.from([...encoder.encode(header), 0x0a, 7, 8, 9]))
  })

  it('has no attachments if the message has no bytes, whatever its texts say', () => {
    for (const value of [{ a: 1 }, { a: '{"baro:bytes":"aGVsbG8="}' }, ['baro:bytes']])
      expect(liftBytes(value)).toEqual({ header: JSON.stringify(value), attachments: [] })
  })

  it('ends its header at the first line feed, for the attachments may hold any number of them', () => {
    const value = { text: 'two\nlines', bytes: asBytes(Uint8Array.of(0x0a, 0x0a, 1)) }
    expect(parseFrame(pack(value))).toStrictEqual({ ok: true, value })
    expect(readFrame(pack(value).buffer)).toEqual(value)
  })

  it('gives back what was packed, read with checks and without (3,000 seeded values)', () => {
    const generator = createGenerator(21)
    let packed = 0
    for (let round = 0; round < 3_000; round++) {
      const value = { value: anyValue(generator, 0) }
      if (liftBytes(value).attachments.length > 0) packed++
      const frame = pack(value)
      expect(parseFrame(frame)).toStrictEqual({ ok: true, value })
      expect(readFrame(frame.buffer)).toEqual(readJson(JSON.stringify(value)))
    }
    expect(packed).toBeGreaterThan(1_000)
  })

  it('is not held in memory by the bytes that were read from it, not even as a Buffer', () => {
    const frame = Buffer.from(pack({ a: new Uint8Array([1, 2, 3]) }))
    const read = parseFrame(frame)
    expect(read).toStrictEqual({ ok: true, value: { a: asBytes(new Uint8Array([1, 2, 3])) } })
    expect(read.ok && (read.value as { a: Bytes }).a.buffer.byteLength).toBe(3)
    frame.fill(0)
    expect(read).toStrictEqual({ ok: true, value: { a: asBytes(new Uint8Array([1, 2, 3])) } })
  })
})

describe('a frame that lies', () => {
  const range = (range: unknown, attachments = 'abc') => frameOf(JSON.stringify({ 'baro:bytes': range }), attachments)

  it.each<[string, Uint8Array<ArrayBuffer>]>([
    ['is empty', new Uint8Array()],
    ['has no header', frameOf('')],
    ['has a header without an end', encoder.encode('{"a":1}')],
    ['has a header of several lines', frameOf('{\n  "a": 1\n}')],
    ['has a header that is no UTF-8', frameOf(Uint8Array.from([0x7b, 0xff, 0x7d]))],
    ['has a header that is no JSON', frameOf('{')],
    ['has a header with __proto__', frameOf('{"__proto__":{}}')],
    ['names a range that begins before the attachments', range([-1, 1])],
    ['names a range that ends behind them', range([1, 3])],
    ['names a range that begins behind them', range([4, 0])],
    ['names a range without an end', range([0])],
    ['names a range of three numbers', range([0, 1, 2])],
    ['names a range of fractions', range([0.5, 1])],
    ['names a range of texts', range(['0', '1'])],
    ['names a range beyond what a number can count', frameOf('{"baro:bytes":[9007199254740992,0]}', 'abc')],
    ['names a range that is too long to be counted', frameOf('{"baro:bytes":[0,1e400]}', 'abc')],
    ['names something else', range(null)],
    ['holds base64 in its header', range('aGVsbG8=')],
    ['has a key beside the range', frameOf('{"baro:bytes":[0,1],"a":1}', 'abc')],
    ['hides the key in an escape, with something else', frameOf('{"baro\\u003abytes":1}', 'abc')],
    ['uses bytes twice', frameOf('[{"baro:bytes":[0,2]},{"baro:bytes":[1,2]}]', 'abc')],
  ])('is refused, never thrown, if it %s', (_, frame) => {
    expect(parseFrame(frame)).toMatchObject({ ok: false, error: { code: 'bad-message' } })
  })

  it('with many ranges over the same bytes is refused before anything is copied', () => {
    const header = JSON.stringify(Array.from({ length: 2_000 }, () => ({ 'baro:bytes': [0, 60_000] })))
    expect(parseFrame(frameOf(header, 'x'.repeat(60_000)))).toMatchObject({ ok: false })
  })

  it('is refused or read after any damage (20,000 seeded mutations)', () => {
    const generator = createGenerator(22)
    const whole = pack({ a: new Uint8Array([1, 2, 3]), b: [new Uint8Array(20), 'text', 1] })
    const outcomes = { read: 0, refused: 0 }
    for (let round = 0; round < 20_000; round++) {
      const frame = whole.slice(0, generator.whole(4) === 0 ? generator.whole(whole.length + 1) : whole.length)
      for (let times = generator.whole(3); times > 0; times--)
        frame[generator.whole(frame.length)] = generator.pick([0, 0x0a, 0x22, 0x2c, 0x31, 0x39, 0x5d, 0x7d, 0xff])
      const result = parseFrame(frame)
      if (!result.ok) expect(result.error).toBeInstanceOf(BaroError)
      outcomes[result.ok ? 'read' : 'refused']++
    }
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(1_000)
  })
})
