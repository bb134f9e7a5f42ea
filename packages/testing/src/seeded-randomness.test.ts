import { describe, expect, test } from 'vitest'
import { createSeededRandomness } from './seeded-randomness.ts'

const draws = (seed: number, count = 1_000) => {
  const randomness = createSeededRandomness(seed)
  return Array.from({ length: count }, () => randomness.fraction())
}

describe('seeded randomness', () => {
  test('the same seed gives the same numbers, another seed others', () => {
    expect(draws(1)).toEqual(draws(1))
    expect(draws(1)).not.toEqual(draws(2))
  })

  test('fractions are in [0, 1) and spread over it', () => {
    const tenths = Array.from({ length: 10 }, () => 0)
    for (const fraction of draws(7, 10_000)) {
      expect(fraction).toBeGreaterThanOrEqual(0)
      expect(fraction).toBeLessThan(1)
      const tenth = Math.floor(fraction * 10)
      tenths[tenth] = (tenths[tenth] ?? 0) + 1
    }
    for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150)
  })

  test('integers reach both ends, picks reach every item', () => {
    const randomness = createSeededRandomness('dice')
    expect(new Set(Array.from({ length: 200 }, () => randomness.integer(1, 6)))).toEqual(new Set([1, 2, 3, 4, 5, 6]))
    expect(new Set(Array.from({ length: 50 }, () => randomness.pick(['a', 'b'])))).toEqual(new Set(['a', 'b']))
    expect(() => randomness.pick([])).toThrow(RangeError)
  })

  test('a fork is independent of what its parent draws', () => {
    const one = createSeededRandomness(3)
    const other = createSeededRandomness(3)
    one.fraction()
    expect(one.fork('network').fraction()).toBe(other.fork('network').fraction())
    expect(one.fork('network').fraction()).not.toBe(one.fork('clients').fraction())
  })

  test('bytes have the length asked for and differ', () => {
    const randomness = createSeededRandomness(9)
    const [a, b] = [randomness.bytes(16), randomness.bytes(16)]
    expect(a).toHaveLength(16)
    expect(a).not.toEqual(b)
  })
})
