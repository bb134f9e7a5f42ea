import { expect, test } from 'vitest'
import { arrivalSpans } from '../../examples/site/components/machine/arrival-spans.ts'

test('a chart is one span for each way in which its samples came, without a hole in between', () => {
  expect(arrivalSpans([1, 2, 3, 4, 5], ['page', 'page', 'recovered', 'live', 'live'])).toEqual([
    { from: 1, to: 3, arrival: 'page' },
    { from: 3, to: 4, arrival: 'recovered' },
    { from: 4, to: 5, arrival: 'live' },
  ])
})

test('a sample alone is a moment, and nothing is nothing', () => {
  expect(arrivalSpans([7], ['fresh'])).toEqual([{ from: 7, to: 7, arrival: 'fresh' }])
  expect(arrivalSpans([], [])).toEqual([])
})
