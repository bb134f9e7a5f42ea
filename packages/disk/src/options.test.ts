import { expect, test } from 'vitest'
import { createDiskBroker } from './index.ts'

test.each([
  [{}, '"folder" is missing. Give the path of a folder'],
  [{ folder: '' }, '"folder" is "". Give the path of a folder'],
  [{ folder: '.', sync: 'never' }, '"sync" is "never". Give "os" or "always"'],
])('a broker with %j is refused before a file is touched', async (options, words) => {
  await expect(createDiskBroker(options as never)).rejects.toMatchObject({
    code: 'bad-definition',
    message: expect.stringContaining(words),
  })
})
