import { describe, expect, it } from 'vitest'
import { createGenerator } from '../test/generator.ts'
import { parseJson } from './json.ts'

describe('JSON text', () => {
  it.each([
    'null',
    'true',
    '0',
    '""',
    '[]',
    '{}',
    '{"a":[1,{"b":null}]}',
    ' {"x" : 1} ',
    '"한글 😀"',
    '"\\u005f\\u0070"',
  ])('is parsed as JSON.parse does: %s', (text) => {
    expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) })
  })

  it.each([
    '',
    ' ',
    '{',
    '[1,]',
    "{'a':1}",
    '{a:1}',
    'undefined',
    'NaN',
    '01',
    '"\t"',
    '\ufeff{}',
    '{}{}',
    '"\\u00',
    '"__proto__',
  ])('is refused, never thrown, if it is not JSON: %j', (text) => {
    expect(parseJson(text)).toMatchObject({ ok: false, error: { code: 'bad-message' } })
  })

  it('is refused with a short message, however long it is', () => {
    const result = parseJson('x'.repeat(1_000_000))
    expect(result.ok || result.error.message.length).toBeLessThan(200)
  })
})

describe('the key "__proto__"', () => {
  it.each([
    ['plain', '{"__proto__":{"admin":true}}'],
    ['nested in an object', '{"a":{"b":{"__proto__":1}}}'],
    ['nested in a list', '[[{"__proto__":1}]]'],
    ['with an escaped underscore', '{"\\u005f_proto__":1}'],
    ['with an escaped underscore in capitals', '{"\\u005F_proto__":1}'],
    ['with an escaped letter', '{"__\\u0070roto__":1}'],
    ['with an escaped letter of hexadecimal letters', '{"__pr\\u006Fto__":1}'],
    ['with its last letter escaped', '{"__proto_\\u005f":1}'],
    ['as a second key of the same name', '{"__proto__":1,"__proto__":2}'],
    ['with a value that is null', '{"__proto__":null}'],
  ])('is refused %s', (_, text) => {
    expect(JSON.stringify(JSON.parse(text))).toContain('"__proto__"')
    expect(parseJson(text)).toMatchObject({
      ok: false,
      error: { code: 'bad-message', message: expect.stringContaining('__proto__') },
    })
  })

  it('is refused in every one of its spellings', () => {
    const generator = createGenerator(10)
    const spell = (character: string) => {
      const hex = character.charCodeAt(0).toString(16).padStart(4, '0')
      return generator.pick([character, character, `\\u${hex}`, `\\u${hex.toUpperCase()}`])
    }
    for (let round = 0; round < 2_000; round++) {
      const key = Array.from('__proto__', spell).join('')
      expect(parseJson(`{"a":[{"${key}":1}]}`), key).toMatchObject({ ok: false })
    }
  })

  it.each([
    '"__proto__"',
    '["__proto__"]',
    '{"a":"__proto__"}',
    '{"proto":1}',
    '{"__proto":1}',
    '{"__PROTO__":1}',
    '{"x__proto__":1}',
  ])('is a key only: %s is accepted', (text) => {
    expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) })
  })
})
