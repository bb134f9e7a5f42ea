/**
 * Real clients, real hubs, an in-memory network and a fake clock: seeded bad days, every invariant after each step.
 * `npm run simulation` is the long form: ten simulated hours of users who come, go and are revoked.
 *
 * A seed that failed replays exactly, and tells what happened:
 * `node --conditions=baro-source --import tsx tests/simulation-shard.ts SEED`
 */
import { runSeed, Tally } from '@baro/testing'
import { expect, test } from 'vitest'
import { runShards } from './simulation-shards.ts'

const schedules = 200

test(`I1 to I5, I7, I8, and what was taken back is gone: hold after each of 200 steps of 3 clients in ${schedules} schedules, and everybody gets to the truth`, async () => {
  const reports = await runShards(1, schedules)
  const tally = new Tally()
  for (const { counts } of reports) tally.add(counts)
  console.log([...tally].map(([name, times]) => `${String(times).padStart(8)}  ${name}`).join('\n'))
  expect(reports.flatMap(({ failures }) => failures)).toEqual([])
  // What never happened was not tested.
  expect(tally.missing).toEqual([])
  const ended = tally.of('ended: two histories at one position')
  expect(ended).toBeLessThan(schedules / 500)
  expect(tally.of('converged') + ended).toBe(schedules)
})

test('a seed replays exactly', async () => {
  for (const seed of [1, 2, 3]) expect(await traceOf(seed)).toEqual(await traceOf(seed))
  expect(await traceOf(1)).not.toEqual(await traceOf(2))
})

async function traceOf(seed: number): Promise<readonly string[]> {
  const lines: string[] = []
  await runSeed(seed, new Tally(), { trace: (line) => lines.push(line) })
  return lines
}
