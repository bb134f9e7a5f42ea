import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'
import { createRefresher } from './refresher.ts'

/** A channel, and a page that shows where it stands when a refresh is asked for, once that was rendered. */
function setUp({ helps = true, renderMs = 0 } = {}) {
  const clock = createFakeClock()
  const times: number[] = []
  let known = 0
  let shown = 0
  const refresher = createRefresher({
    clock,
    shown: () => shown,
    isBehind: () => known > shown,
    isNewer: (page, than) => page > than,
    refresh: async () => {
      times.push(clock.elapsed())
      const rendered = known
      if (helps) clock.after(renderMs, () => show(rendered))
    },
  })
  const start = clock.elapsed()
  const show = (page: number) => {
    shown = page
    refresher.look()
  }
  const move = () => {
    known++
    refresher.look()
  }
  return { clock, refresher, move, show, times: () => times.map((time) => time - start) }
}
/** The time before each refresh. */
function gaps(times: readonly number[]): number[] {
  return times.map((time, index) => time - (times[index - 1] ?? 0))
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
  expect(gaps(times()).slice(0, 7)).toEqual([50, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
})

test('on a busy channel, where each page is newer than the one before and behind all the same, it refreshes each second', async () => {
  const { clock, move, times } = setUp({ renderMs: 300 })
  for (let time = 0; time < 100; time++) {
    move()
    await clock.pass(100)
  }
  expect(gaps(times())).toEqual([50, ...Array(9).fill(1_000)])
})

test('a newer page ends the long wait that older ones have led to, an older one does not', async () => {
  const { clock, move, show, times } = setUp({ helps: false })
  move()
  move()
  await clock.pass(20_000)
  expect(times()).toEqual([50, 2_050, 6_050, 14_050])
  show(-1)
  await clock.pass(1_000)
  show(0)
  await clock.pass(1_000)
  expect(times().length).toBe(4)
  show(1)
  await clock.pass(50)
  expect(times().slice(4)).toEqual([22_050])
})

test('after its end it refreshes nothing', async () => {
  const { clock, refresher, move, times } = setUp()
  move()
  refresher.stop()
  move()
  await clock.pass(5_000)
  expect(times()).toEqual([])
})
