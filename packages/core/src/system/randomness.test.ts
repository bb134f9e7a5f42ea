import { expect, it } from 'vitest'
import { systemRandomness } from './randomness.ts'

it('the randomness of the machine gives as many bytes as asked for, and fractions below 1', () => {
  expect(systemRandomness.bytes(16)).toHaveLength(16)
  expect(systemRandomness.bytes(16)).not.toEqual(systemRandomness.bytes(16))
  const fraction = systemRandomness.fraction()
  expect(fraction).toBeGreaterThanOrEqual(0)
  expect(fraction).toBeLessThan(1)
})
