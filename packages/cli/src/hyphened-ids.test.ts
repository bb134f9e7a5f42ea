import { expect, test } from 'vitest'
import { serve } from '../test/stage.ts'
import { withHyphenedIds } from './hyphened-ids.ts'

const id = '-bcdefghijklmnop'

test.each([
  [
    ['sessions', id],
    ['sessions', '--', id],
  ],
  [
    ['sessions', id, '--json'],
    ['sessions', '--json', '--', id],
  ],
  [
    ['--json', id],
    ['--json', '--', id],
  ],
  [
    ['why', '--session', id],
    ['why', '--session', id],
  ],
  [
    ['sessions', '--', id],
    ['sessions', '--', id],
  ],
  [
    ['sessions', '--inspector-key', 'k', '-h'],
    ['sessions', '--inspector-key', 'k', '-h'],
  ],
])('%j are read as %j', (argv, read) => {
  expect(withHyphenedIds(argv)).toEqual(read)
})

test('a session whose name begins with a hyphen is one, as one of 64 is', async () => {
  const { baro } = await serve()
  expect((await baro('sessions', id)).err).toMatch(/No journal knows the session/)
  expect((await baro('why', '--session', id)).err).toMatch(/No journal knows anybody like that/)
})
