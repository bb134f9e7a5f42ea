import { expect, test } from 'vitest'
import { fitted } from '../../examples/site/components/room/shrink-picture.ts'

test.each([
  [
    { width: 4_000, height: 3_000 },
    { width: 320, height: 240 },
  ],
  [
    { width: 3_000, height: 4_000 },
    { width: 240, height: 320 },
  ],
  [
    { width: 321, height: 1 },
    { width: 320, height: 1 },
  ],
  [
    { width: 10_000, height: 1 },
    { width: 320, height: 1 },
  ],
  [
    { width: 320, height: 320 },
    { width: 320, height: 320 },
  ],
  [
    { width: 16, height: 12 },
    { width: 16, height: 12 },
  ],
])('%o fits into 320 pixels as %o, and never grows', (size, result) => {
  expect(fitted(size, 320)).toEqual(result)
})
