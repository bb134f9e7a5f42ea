import type { Json } from '@baro/core'
import { asBytes } from '@baro/core/protocol'
import { expect, test } from 'vitest'
import { jsonBytes } from './json-bytes.ts'

test.each<Json>([
  'text',
  '',
  'a "quote", a \\, a\nline, \u0000',
  '한글, and 😀, and half of one: \ud83d',
  0,
  -1.5e-7,
  null,
  true,
  [],
  [1, 'two', [3]],
  {},
  { a: 1, 'b "quoted"': { c: [{}, { d: null }] }, 한: '글' },
  asBytes(Uint8Array.of(1, 2, 3)),
])('the JSON of %j is as long as it is counted', (value) => {
  expect(jsonBytes(value)).toBe(Buffer.byteLength(JSON.stringify(value)))
})

test('what is no JSON is refused before anything is kept', () => {
  const circle: Record<string, unknown> = {}
  circle.self = circle
  for (const value of [circle, { big: 1n }]) expect(() => jsonBytes(value as Json)).toThrow()
})
