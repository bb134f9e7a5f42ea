import { expect, test } from 'vitest'
import { dangers, oneServer } from './one-server.ts'
import { runStorm } from './run-storm.ts'
import { weatherOf } from './weather.ts'

test('a seed repeats its weather, and another one has another', () => {
  expect(weatherOf('1', 60_000, dangers)).toEqual(weatherOf('1', 60_000, dangers))
  expect(weatherOf('1', 60_000, dangers)).not.toEqual(weatherOf('2', 60_000, dangers))
})

test('I1, I2, I5, I9: after a storm of cuts, stalls, truncations and a killed server everybody shows the same, and each acknowledged publish stands there once, in its order', async () => {
  const { wrong, faults, kept } = await runStorm({ over: await oneServer(), seed: 's6', ms: 6_100, vanish: false })
  expect(wrong).toEqual([])
  expect(faults).toMatchObject({ kill: 1 })
  expect(kept).toBeGreaterThan(100)
})
