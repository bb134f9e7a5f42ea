import { describe, expect, expectTypeOf, it } from 'vitest'
import { maxPayloadDepth } from './json.ts'
import { type WireForm, wireForm } from './wire-form.ts'

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))

describe('the wire form', () => {
  it.each<[string, unknown, unknown]>([
    ['a date as text', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['what toJSON gives', { toJSON: () => ({ a: 1 }) }, { a: 1 }],
    ['no key that is undefined, a function or a symbol', { a: 1, b: undefined, c: () => 1, d: Symbol('d') }, { a: 1 }],
    ['null where a list held undefined', [undefined, 1], [null, 1]],
    ['null for what is no finite number', [Number.NaN, Number.POSITIVE_INFINITY], [null, null]],
    ['0 for -0', -0, 0],
    ['null for undefined itself', undefined, null],
    ['a map as an empty object', new Map([[1, 2]]), {}],
    ['own keys only', Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }), { own: 2 }],
    ['the text of wrapped values', [Object('x'), Object(1)], ['x', 1]],
  ])('has %s', (_, value, expected) => {
    expect(wireForm(value, 'it')).toEqual({ ok: true, value: expected })
  })

  it.each<[string, unknown]>([
    ['a bigint', 1n],
    ['a bigint inside', { n: [1n] }],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
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
  ])('is refused for %s', (_, value) => {
    expect(wireForm(value, 'The payload')).toMatchObject({
      ok: false,
      error: { code: 'invalid-payload', message: expect.stringMatching(/^The payload /) },
    })
  })

  it('is refused with an own key "__proto__"', () => {
    expect(wireForm({ a: JSON.parse('{"__proto__":1}') }, 'it').ok).toBe(false)
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
