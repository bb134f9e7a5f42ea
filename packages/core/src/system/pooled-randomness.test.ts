import { expect, it } from 'vitest'
import { pooledRandomness } from './pooled-randomness.ts'

it('bytes are as many as asked for, never the same twice, and none is 0 throughout', () => {
  const seen = new Set<string>()
  for (let count = 0; count < 2_000; count++) seen.add(String(pooledRandomness.bytes(12)))
  expect(seen.size).toBe(2_000)
  for (const count of [1, 3_071, 3_072, 3_073, 10_000]) expect(pooledRandomness.bytes(count)).toHaveLength(count)
  expect(pooledRandomness.bytes(3_000).some((byte) => byte !== 0)).toBe(true)
})
