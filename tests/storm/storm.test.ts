import { expect, test } from 'vitest'
import { runStorm } from './run-storm.ts'
import { weatherOf } from './weather.ts'

test('a seed repeats its weather, and another one has another', () => {
  expect(weatherOf('1', 60_000)).toEqual(weatherOf('1', 60_000))
  expect(weatherOf('1', 60_000)).not.toEqual(weatherOf('2', 60_000))
})

test('I1, I2, I5, I9: after a storm of cuts, stalls, truncations and a killed server everybody shows the same, and each acknowledged publish stands there once, in its order', async () => {
  const { wrong, faults, kept } = await runStorm({ seed: 's6', ms: 6_100, vanish: false })
  expect(wrong).toEqual([])
  expect(faults).toMatchObject({ kill: 1 })
  expect(kept).toBeGreaterThan(100)
})
