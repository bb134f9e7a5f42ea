import { expect, test } from 'vitest'
import { run } from './run.ts'

/** How many of its faults happened. */
const count = (faults: Readonly<Record<string, number>>) => Object.values(faults).reduce((sum, one) => sum + one, 0)

test('I1, I2, I3, I5: three nodes on Redis: what is acknowledged is kept once, in order, and every reader is whole, whatever happens', async () => {
  const figures = await run({ seed: 1, ms: 10_000, clients: 3, patienceMs: 30_000, on: 'a pair' })
  expect(figures.complaints).toEqual([])
  expect(figures.acknowledged).toBeGreaterThan(0)
  expect(count(figures.faults)).toBeGreaterThan(1)
  expect(figures.faults['master and replica change roles']).toBeGreaterThan(0)
})

test('I1, I2, I4, I5: on a cluster, while slots of channels move and a replica takes over, nothing is lost, and no reader is reset for it', async () => {
  const figures = await run({ seed: 3, ms: 4_000, clients: 2, patienceMs: 30_000, on: 'a cluster' })
  expect(figures.complaints).toEqual([])
  expect(figures.acknowledged).toBeGreaterThan(0)
  expect(figures.faults['slot of a channel moves']).toBeGreaterThan(0)
  expect(figures.faults['replica in the cluster takes over']).toBeGreaterThan(0)
  // The first answer to each reader.
  expect(figures.reset).toBe(8)
})

test('I4: when Redis loses everything, or a replica takes over that lacks what came last, every open reader is told, and goes on', async () => {
  const figures = await run({ seed: 2, ms: 2_500, clients: 3, patienceMs: 30_000, on: 'a pair that loses' })
  expect(figures.complaints).toEqual([])
  expect(figures.faults).toMatchObject({ 'Redis flushed': 1, 'replica takes over': 1 })
  // Each of the readers was reset when it first came, and when its stream was over.
  expect(figures.reset).toBeGreaterThanOrEqual(24)
})
