import { expect, test } from 'vitest'
import { withGaps } from '../../examples/site/components/machine/gaps.ts'

test('a line is not drawn through a time of which nobody has read anything', () => {
  expect(withGaps([10, 11, 20, 21], [[1, 2, 3, 4]])).toEqual({
    times: [10, 11, 12, 20, 21],
    lines: [[1, 2, null, 3, 4]],
    sampleAt: [0, 1, 1, 2, 3],
  })
})

test('but through one of a busy machine it is', () => {
  expect(withGaps([10, 11, 13.5], [[1, 2, 3]])).toEqual({
    times: [10, 11, 13.5],
    lines: [[1, 2, 3]],
    sampleAt: [0, 1, 2],
  })
})
