import { expect, test, vi } from 'vitest'
import { looselyRead } from './named.ts'
import { shallowText } from './shallow-text.ts'

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

test('I7: what nests deeper than so many levels is left out, and what stands beside it is not', () => {
  expect(shallowText(deep(9), 3)).toBe('[[[[]]]]')
  expect(shallowText(`[${deep(9)},{"a":{"b":{"c":{"d":1}}}},"x"]`, 3)).toBe('[[[[]]],{"a":{"b":[]}},"x"]')
  expect(JSON.parse(shallowText(`{"id":"a","payload":${deep(50_000)},"more":[1]}`, 2))).toEqual({
    ...{ id: 'a', payload: [[]], more: [1] },
  })
})

test.each([
  ['that is flat', '{"a":[1,{"b":2}],"c":"d"}'],
  ['with brackets in its strings', '["[[[[[","}}}}","\\"[[[[","\\\\",{"]]]]":"{{{{"}]'],
  ['with many siblings', `[${'[],'.repeat(1_000)}[]]`],
])('a text %s stays as it is', (_, text) => {
  expect(shallowText(text, 3)).toBe(text)
})

test.each(['[[[[[[[[[[', ']]]]]]]]]]]]', '"[[[[[[[[[[', '[[[[]]]]]]]][[[[[[', '\\"[[[[[['])(
  '%s is no JSON, and stays none',
  (text) => {
    expect(() => JSON.parse(shallowText(text, 3))).toThrow(SyntaxError)
  },
)

test('I7: a refused message is not parsed deeper than any message may nest', () => {
  const parse = vi.spyOn(JSON, 'parse')
  looselyRead(`{"payload":{"id":"a"},"more":${deep(50_000)}}`)
  expect(String(parse.mock.calls[0]?.[0]).length).toBeLessThan(1_000)
  parse.mockRestore()
})
