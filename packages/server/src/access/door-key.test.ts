import { expect, test } from 'vitest'
import { doorKey, isSameSecret } from './door-key.ts'

test.each([
  ['a key that nobody can guess', true],
  ['short', false],
  [24, false],
])('%j is a key of a door: %s', (given, isOne) => {
  expect(doorKey.accepts(given)).toBe(isOne)
})

test('a secret is compared with what is shown, of whatever length', () => {
  expect(isSameSecret('a secret', 'a secret')).toBe(true)
  expect(isSameSecret('a secret!', 'a secret')).toBe(false)
  expect(isSameSecret('', 'a secret')).toBe(false)
})
