import { describe, expect, test } from 'vitest'
import { boundsOfUnfolded, isFarOver, otherVersionStaysMs } from './trimming.ts'

describe('the bounds of a history that nobody folds', () => {
  test.each([
    { size: 0, ttlMs: 0, bytes: 0 },
    { size: 1, ttlMs: 1_000, bytes: 10 },
    { size: 1_000, ttlMs: 86_400_000, bytes: 4 << 20 },
  ])('keep as much as while a checkpoint is due, and no more: %o', (bounds) => {
    const { size, bytes, ttlMs } = boundsOfUnfolded(bounds)
    expect(isFarOver(size, bytes, bounds)).toBe(false)
    expect(isFarOver(size + 1, bytes, bounds)).toBe(true)
    expect(isFarOver(size, bytes + 1, bounds)).toBe(true)
    expect(ttlMs).toBe(Math.max(bounds.ttlMs, otherVersionStaysMs))
  })
})
