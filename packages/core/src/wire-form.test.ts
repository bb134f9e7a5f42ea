import { describe, expect, expectTypeOf, it } from 'vitest'
import { jsonText, parseJson } from './json.ts'
import { orThrow } from './result.ts'
import { copyForWire, maxPayloadDepth, type WireForm, wireForm } from './wire-form.ts'

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))

describe('the wire form', () => {
  it.each<[string, unknown, unknown]>([
    ['a date as text', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['what toJSON gives', { toJSON: () => ({ a: 1 }) }, { a: 1 }],
    ['what toJSON gives, told its key', { at: { toJSON: (key: string) => key } }, { at: 'at' }],
    [
      'what toJSON gives, once, if that is the object itself',
      new (class {
        a = 1
        toJSON() {
          return this
        }
      })(),
      { a: 1 },
    ],
    ['a key toJSON that is no function', { toJSON: 1 }, { toJSON: 1 }],
    ['no key that is undefined', { a: 1, b: undefined }, { a: 1 }],
    ['0 for -0', [-0], [0]],
    ['null for undefined itself', undefined, null],
    ['own keys only', Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }), { own: 2 }],
    [
      'the keys of an instance',
      new (class Point {
        x = 1
        #hidden = 2
      })(),
      { x: 1 },
    ],
    ['the keys of an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['the bytes of an ArrayBuffer', new Uint8Array([1, 2]).buffer, new Uint8Array([1, 2])],
    ['the bytes of a SharedArrayBuffer', new SharedArrayBuffer(2), new Uint8Array(2)],
    ['a view’s own bytes', new DataView(new Uint8Array([1, 2, 3]).buffer, 1, 1), new Uint8Array([2])],
    ['the bytes of numbers', [new Uint16Array([1])], [new Uint8Array(new Uint16Array([1]).buffer)]],
    ['the bytes of a Buffer', { image: Buffer.from('hi') }, { image: new Uint8Array([104, 105]) }],
    ['bytes of their form', { image: { 'baro:bytes': 'aGk=' } }, { image: new Uint8Array([104, 105]) }],
  ])('has %s', (_, value, expected) => {
    const result = wireForm(value, 'it')
    expect(result.ok).toBe(true)
    expect(JSON.stringify(result.ok && result.value)).toBe(
      JSON.stringify(orThrow(parseJson(jsonText(expected) ?? 'null'))),
    )
    // In a browser too.
    expect(copyForWire(value, 'it')).toEqual(expected)
  })

  it.each<[string, unknown, string]>([
    ['a bigint', 1n, 'The payload cannot be sent: TypeError: [object BigInt]. Send JSON and bytes.'],
    ['a bigint inside', { n: [1n] }, 'The payload.n.0 cannot be sent: TypeError: [object BigInt]'],
    ['a function', () => 1, '[object Function]'],
    ['a function inside', { a: { b: () => 1 } }, 'The payload.a.b cannot be sent: TypeError: [object Function]'],
    ['a symbol', Symbol('x'), '[object Symbol]'],
    ['undefined in a list', [1, undefined], 'The payload.1 cannot be sent: TypeError: [object Undefined]'],
    ['a hole in a list', new Array(2), 'The payload.0 cannot be sent: TypeError: [object Undefined]'],
    ['what is no number', { price: Number.NaN }, 'The payload.price cannot be sent: TypeError: NaN'],
    ['what is no finite number', [-Infinity], 'The payload.0 cannot be sent: TypeError: -Infinity'],
    ['a map', { tags: new Map([[1, 2]]) }, 'The payload.tags cannot be sent: TypeError: [object Map]'],
    ['a set', new Set([1]), '[object Set]'],
    ['a blob', { files: [new Blob(['x'])] }, 'The payload.files.0 cannot be sent: TypeError: [object Blob]'],
    ['a promise', { later: Promise.resolve(1) }, 'The payload.later cannot be sent: TypeError: [object Promise]'],
    ['an error', { error: new TypeError('x') }, 'The payload.error cannot be sent: TypeError: [object Error]'],
    ['a pattern', /x/, '[object RegExp]'],
    ['a wrapped value', Object('x'), '[object String]'],
    ['bytes of another form', { 'baro:bytes': 7 }, 'The payload cannot be sent: TypeError: the key "baro:bytes"'],
    [
      'bytes beside another key',
      { a: { b: 1, 'baro:bytes': 'aGk=' } },
      'The payload.a cannot be sent: TypeError: the key "baro:bytes"',
    ],
    ['no base64', { 'baro:bytes': '!' }, 'The payload cannot be sent: InvalidCharacterError'],
    [
      'the key __proto__',
      { a: JSON.parse('{"__proto__":1}') },
      'The payload.a cannot be sent: TypeError: the key "__proto__"',
    ],
  ])('refuses %s, and says where it is', (_, value, words) => {
    expect(wireForm(value, 'The payload')).toMatchObject({
      ok: false,
      error: { code: 'invalid-payload', message: expect.stringContaining(words) },
    })
    expect(() => copyForWire(value, 'The payload')).toThrow(words)
  })

  it('names a long path in few characters', () => {
    const value = { ['x'.repeat(10_000)]: 1n }
    expect(wireForm(value, 'it')).toMatchObject({ error: { message: expect.stringMatching(/^.{1,200}$/) } })
  })

  it.each<[string, unknown]>([
    [
      'a circle',
      (() => {
        const list: unknown[] = []
        list.push(list)
        return list
      })(),
    ],
    [
      'a toJSON that throws',
      {
        toJSON: () => {
          throw new Error('no')
        },
      },
    ],
  ])('refuses %s', (_, value) => {
    expect(wireForm(value, 'The payload')).toMatchObject({
      ok: false,
      error: { code: 'invalid-payload', message: expect.stringMatching(/^The payload/) },
    })
  })

  it('is a copy: later changes of the value do not reach it', () => {
    const value = { list: [1] }
    const result = wireForm(value, 'it')
    value.list.push(2)
    expect(result).toEqual({ ok: true, value: { list: [1] } })
  })

  it('nests at most 128 levels deep, so that no writer further on overflows its stack', () => {
    expect(maxPayloadDepth).toBe(128)
    expect(wireForm(nested(128), 'it').ok).toBe(true)
    for (const levels of [129, 1_000, 4_000, 100_000])
      expect(wireForm(nested(levels), 'it')).toMatchObject({ ok: false, error: { code: 'invalid-payload' } })
  })

  it('counts no brackets inside of text, and no siblings', () => {
    expect(wireForm({ a: '['.repeat(1_000), '{"\\': '"[{\\"[' }, 'it').ok).toBe(true)
    expect(
      wireForm(
        Array.from({ length: 1_000 }, () => [{}]),
        'it',
      ).ok,
    ).toBe(true)
    expect(wireForm(['"', nested(128)], 'it').ok).toBe(false)
  })

  it('has a type that says so', () => {
    expectTypeOf<WireForm<{ at: Date; list: { at?: Date }[]; text: string; flag: boolean | null }>>().toEqualTypeOf<{
      at: string
      list: { at?: string }[]
      text: string
      flag: boolean | null
    }>()
    expectTypeOf<WireForm<string & { readonly brand: 'id' }>>().toEqualTypeOf<string & { readonly brand: 'id' }>()
    expectTypeOf<WireForm<[Date, number]>>().toEqualTypeOf<[string, number]>()
    expectTypeOf<WireForm<unknown>>().toEqualTypeOf<unknown>()
  })
})
