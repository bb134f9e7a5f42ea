import { expect, test } from 'vitest'
import { nothing, sampled, showing, staleMs, type Truth } from '../../examples/site/compare/staleness.ts'

/** Value n was there at second n. */
const truthAt = (newest: number, oldest = 1): Truth => ({
  newest,
  heardAt: (offset) => (offset >= oldest && offset <= newest ? offset * 1_000 : undefined),
})

test('a value is stale from the moment the next one was there', () => {
  expect(staleMs(5, truthAt(5), 9_999)).toBe(0)
  expect(staleMs(5, truthAt(6), 6_300)).toBe(300)
  expect(staleMs(5, truthAt(9), 9_500)).toBe(3_500)
  // The page may know of a value before this one does.
  expect(staleMs(6, truthAt(5), 6_000)).toBe(0)
  expect(staleMs(5, truthAt(90, 30), 90_000)).toBeUndefined()
})

test('what is on the screen is weighed by how stale it is, and the first thing is remembered', () => {
  const began = 8_000
  let measured = sampled(nothing, truthAt(8), 8_000)
  expect(measured).toEqual(nothing)
  measured = showing(measured, 5, truthAt(8), 8_100, began)
  expect(measured).toMatchObject({ offset: 5, firstMs: 100, firstStaleMs: 2_100 })
  measured = sampled(measured, truthAt(8), 8_200)
  measured = showing(measured, 8, truthAt(8), 8_250, began)
  measured = sampled(measured, truthAt(8), 8_400)
  expect(measured).toMatchObject({ samples: 2, sumMs: 2_200, worstMs: 2_200, firstMs: 100, firstStaleMs: 2_100 })
  // What comes late is not shown.
  expect(showing(measured, 7, truthAt(8), 8_500, began)).toBe(measured)
})
