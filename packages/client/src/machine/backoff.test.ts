import { describe, expect, it } from 'vitest'
import { backoffMs } from './backoff.ts'

describe('a wait', () => {
  it.each([
    [0, 1_000],
    [1, 2_000],
    [2, 4_000],
    [4, 16_000],
    [5, 30_000],
    [5_000, 30_000],
  ])('after %i failures is anything below %i ms: full jitter', (failures, boundMs) => {
    expect(backoffMs(undefined, failures, 0)).toBe(0)
    expect(backoffMs(undefined, failures, 0.5)).toBe(boundMs / 2)
    expect(backoffMs(undefined, failures, 0.999_999)).toBeLessThanOrEqual(boundMs)
    expect(backoffMs(undefined, failures, 0.999_999)).toBeGreaterThan(boundMs * 0.99)
  })
})
