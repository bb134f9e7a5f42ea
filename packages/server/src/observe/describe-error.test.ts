import { expect, test } from 'vitest'
import { describeError } from './describe-error.ts'

test('an error is shown with its stack and its cause', () => {
  const text = describeError(new Error('outside', { cause: new Error('inside') }))
  expect(text).toMatch(/Error: outside\n\s+at .*Error: inside/s)
})

test.each<[string, unknown, RegExp]>([
  ['a text', 'just a text', /just a text/],
  ['nothing', undefined, /undefined/],
  ['what has no prototype', Object.create(null), /null prototype/],
  [
    'what throws when it is shown',
    {
      [Symbol.for('nodejs.util.inspect.custom')]() {
        throw new Error('no')
      },
    },
    /cannot even be shown/,
  ],
])('%s is shown without an exception', (_, thrown, shown) => {
  expect(describeError(thrown)).toMatch(shown)
})
