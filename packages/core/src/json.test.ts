import { describe, expect, it, vi } from 'vitest'
import { createGenerator, type Generator } from '../test/generator.ts'
import { asBytes, fromBase64 } from './bytes.ts'
import { maxJsonDepth, parseJson } from './json.ts'
import { maxPayloadDepth } from './wire-form.ts'

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

describe('the two special keys', () => {
  // What they mean, said with a reviver for each value: plain, and 15 times slower.
  function revived(text: string): unknown {
    return JSON.parse(text, (key, value) => {
      if (key === '__proto__') throw new SyntaxError('__proto__')
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'baro:bytes')) return value
      const form: unknown = value['baro:bytes']
      if (Object.keys(value).length > 1 || typeof form !== 'string' || !/^(?:[A-Za-z0-9+/]{4})*$/.test(form))
        throw new SyntaxError('baro:bytes')
      return asBytes(fromBase64(form))
    })
  }

  const words = ['__proto__', 'baro:bytes', 'a', '1', '__proto', 'x"__proto__', 'baro:bytes":', '한글', '\\'] as const

  /** A text in one of its spellings. */
  function spelled(generator: Generator, text: string): string {
    const letters = Array.from(text, (letter) => {
      const code = letter.charCodeAt(0).toString(16).padStart(4, '0')
      if (generator.whole(4) > 0) return JSON.stringify(letter).slice(1, -1)
      return `\\u${generator.whole(2) === 0 ? code : code.toUpperCase()}`
    })
    return `"${letters.join('')}"`
  }

  const blank = (generator: Generator) => generator.text(' \t\n\r', 2)

  function anyText(generator: Generator, level: number): string {
    const kind = generator.whole(level > 4 ? 4 : 9)
    if (kind === 0) return generator.pick(['null', 'true', '0', '-1.5e3', '""', '"aGVs"'])
    if (kind === 1) return spelled(generator, generator.pick(words))
    if (kind === 2) return `{${spelled(generator, 'baro:bytes')}${blank(generator)}:"aGVs"}`
    if (kind === 3) return generator.pick(['[]', '{}'])
    const inner = Array.from({ length: generator.whole(4) }, () => anyText(generator, level + 1))
    if (kind < 6) return `[${inner.join(`${blank(generator)},`)}]`
    const names = [
      'a',
      'b',
      'c',
      'x"__proto__',
      '한글',
      generator.pick([...words, 'd', 'e', 'f', 'g', 'h', 'i']),
    ] as const
    const field = (value: string) => `${spelled(generator, generator.pick(names))}${blank(generator)}:${value}`
    return `{${inner.map(field).join(',')}}`
  }

  it('are found wherever a reviver finds them, and nowhere else (20,000 seeded texts)', () => {
    const generator = createGenerator(41)
    const outcomes = { plain: 0, bytes: 0, refused: 0 }
    for (let round = 0; round < 20_000; round++) {
      const text = anyText(generator, 0)
      const parsed = parseJson(text)
      let expected: unknown
      try {
        expected = revived(text)
      } catch {
        expect(parsed, text).toMatchObject({ ok: false, error: { code: 'bad-message' } })
        outcomes.refused++
        continue
      }
      expect(parsed, text).toStrictEqual({ ok: true, value: expected })
      outcomes[JSON.stringify(expected).includes('{"baro:bytes"') ? 'bytes' : 'plain']++
    }
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(500)
  })

  it.each(['{"a":{"__proto__":1},"a":2}', '{"a":{"baro:bytes":1},"a":2}', '{"baro:bytes":1,"baro:bytes":"aGVs"}'])(
    'stand for nothing where a later key of the same name wins: %s',
    (text) => {
      expect(parseJson(text)).toStrictEqual({ ok: true, value: revived(text) })
    },
  )
})

describe('nesting', () => {
  const shapes: readonly [string, (levels: number) => string][] = [
    ['lists', (levels) => '['.repeat(levels) + ']'.repeat(levels)],
    ['objects', (levels) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`],
    ['both in turns', (levels) => `${'{"a":['.repeat(levels / 2)}${']}'.repeat(levels / 2)}`],
    ['lists behind many others', (levels) => `[${'{},'.repeat(1_000)}${'['.repeat(levels - 1)}${']'.repeat(levels)}`],
    ['lists beside an escape', (levels) => `["\\u0041",${'['.repeat(levels - 1)}${']'.repeat(levels)}`],
    ['lists around bytes', (levels) => `${'['.repeat(levels - 1)}{"baro:bytes":""}${']'.repeat(levels - 1)}`],
  ]

  it('leaves a message and a state room around the deepest payload', () => {
    expect(maxJsonDepth).toBe(256)
    expect(maxJsonDepth).toBeGreaterThan(maxPayloadDepth + 100)
  })

  it.each(shapes)('I7: of %s is read up to the bound, and refused above it, never thrown', (_, nested) => {
    expect(parseJson(nested(maxJsonDepth))).toMatchObject({ ok: true })
    for (const levels of [maxJsonDepth + 2, 1_000, 50_000, 1_000_000])
      expect(parseJson(nested(levels))).toMatchObject({ ok: false, error: { code: 'bad-message' } })
  })

  it('I7: above the bound is refused before it is parsed, which takes a hundred times as long', () => {
    const parse = vi.spyOn(JSON, 'parse')
    for (const text of [
      `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      `["\\"","${'{"[":'.repeat(1_000)}`,
      '['.repeat(300),
    ])
      parseJson(text)
    expect(parse).not.toHaveBeenCalled()
    parse.mockRestore()
  })

  it('counts no brackets inside of text, and no siblings', () => {
    for (const value of [
      '\\"['.repeat(500),
      ['\\', '['.repeat(500), '\\\\"', ']{'.repeat(500)],
      '['.repeat(1_000),
      Array.from({ length: 1_000 }, () => [{}]),
      ['{"\\'.repeat(1_000), {}],
    ])
      expect(parseJson(JSON.stringify(value))).toStrictEqual({ ok: true, value })
  })
})
