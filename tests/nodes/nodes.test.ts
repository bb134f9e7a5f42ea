import { expect, test } from 'vitest'
import { run } from './run.ts'

/** How many of its faults happened. */
const count = (faults: Readonly<Record<string, number>>) => Object.values(faults).reduce((sum, one) => sum + one, 0)

test('I1, I2, I3, I5: three nodes on Redis: what is acknowledged is kept once, in order, and every reader is whole, whatever happens', async () => {
  const figures = await run({ seed: 1, ms: 6_000, clients: 3, patienceMs: 30_000, loses: false })
  expect(figures.complaints).toEqual([])
  expect(figures.acknowledged).toBeGreaterThan(20)
  expect(count(figures.faults)).toBeGreaterThan(2)
})

test('I4: when Redis loses everything, or a replica takes over that lacks what came last, every open reader is told, and goes on', async () => {
  const figures = await run({ seed: 2, ms: 2_500, clients: 3, patienceMs: 30_000, loses: true })
  expect(figures.complaints).toEqual([])
  expect(figures.faults).toMatchObject({ 'Redis flushed': 1, 'replica takes over': 1 })
  // Each of the readers was reset when it first came, and when its stream was over.
  expect(figures.reset).toBeGreaterThanOrEqual(24)
})
