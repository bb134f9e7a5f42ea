import { expect, test } from 'vitest'
import { writeTogether } from './write-together.ts'

test.each([1, 2, 3])(
  'five editors that write at the same time end with the text of the server, seed %i',
  async (seed) => {
    const { text, different, refused, updates, updateBytes } = await writeTogether({
      length: 500,
      writers: 5,
      keys: 60,
      seed,
    })
    expect([different, refused]).toEqual([0, 0])
    expect(text.length).toBeGreaterThan(600)
    expect(updates).toBeGreaterThan(100)
    // A key is its letter, its place, and who pressed it.
    expect(updateBytes / updates).toBeLessThan(64)
  },
)
