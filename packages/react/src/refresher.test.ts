import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'
import { createRefresher } from './refresher.ts'

function setUp({ helps = true } = {}) {
  const clock = createFakeClock()
  const times: number[] = []
  let isBehind = false
  const refresher = createRefresher({
    clock,
    isBehind: () => isBehind,
    refresh: async () => {
      times.push(clock.elapsed())
      if (helps) isBehind = false
    },
  })
  const start = clock.elapsed()
  const move = () => {
    isBehind = true
    refresher.look()
  }
  return { clock, refresher, move, times: () => times.map((time) => time - start) }
}

test('what comes together is one refresh, and the next one comes a second later', async () => {
  const { clock, move, times } = setUp()
  for (let time = 0; time < 10; time++) move()
  await clock.pass(50)
  expect(times()).toEqual([50])
  move()
  move()
  await clock.pass(5_000)
  expect(times().length).toBe(2)
  expect((times()[1] ?? 0) - 50).toBeGreaterThanOrEqual(1_000)
})

test('while pages come back as old as they were, each next one waits twice as long, up to half a minute', async () => {
  const { clock, move, times } = setUp({ helps: false })
  move()
  await clock.pass(200_000)
  const gaps = times().map((time, index) => time - (times()[index - 1] ?? 0))
  expect(gaps.slice(0, 7)).toEqual([50, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
})

test('after its end it refreshes nothing', async () => {
  const { clock, refresher, move, times } = setUp()
  move()
  refresher.stop()
  move()
  await clock.pass(5_000)
  expect(times()).toEqual([])
})
