import { expect, it } from 'vitest'
import { systemRandomness } from './randomness.ts'

it('bytes are as many as asked for, never the same twice, and none is 0 throughout', () => {
  const seen = new Set<string>()
  for (let count = 0; count < 2_000; count++) seen.add(String(systemRandomness.bytes(12)))
  expect(seen.size).toBe(2_000)
  for (const count of [1, 3_071, 3_072, 3_073, 10_000]) expect(systemRandomness.bytes(count)).toHaveLength(count)
  expect(systemRandomness.bytes(3_000).some((byte) => byte !== 0)).toBe(true)
})

it('the randomness of the machine gives as many bytes as asked for, and fractions below 1', () => {
  expect(systemRandomness.bytes(16)).toHaveLength(16)
  expect(systemRandomness.bytes(16)).not.toEqual(systemRandomness.bytes(16))
  const fraction = systemRandomness.fraction()
  expect(fraction).toBeGreaterThanOrEqual(0)
  expect(fraction).toBeLessThan(1)
})
