/**
 * Real clients, real hubs, an in-memory network and a fake clock: seeded bad days, every invariant after each step.
 *
 * A seed that failed replays exactly, and tells what happened:
 * `node --conditions=baro-source --import tsx tests/simulation-shard.ts SEED`
 */
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { runSeed, Tally } from '@baro/testing'
import { expect, test } from 'vitest'
import type { ShardReport } from './simulation-shard.ts'

const schedules = 2_000
const shardScript = fileURLToPath(new URL('simulation-shard.ts', import.meta.url))

test(`I1 to I5, I7: hold after each of 200 steps of 3 clients in ${schedules} schedules, and everybody gets to the truth`, async () => {
  const size = Math.ceil(schedules / availableParallelism())
  const firsts = Array.from({ length: Math.ceil(schedules / size) }, (_, index) => index * size + 1)
  const reports = await Promise.all(firsts.map((first) => runShard(first, Math.min(first + size - 1, schedules))))
  const tally = new Tally()
  for (const { counts } of reports) tally.add(counts)
  console.log([...tally].map(([name, times]) => `${String(times).padStart(8)}  ${name}`).join('\n'))
  expect(reports.flatMap(({ failures }) => failures)).toEqual([])
  // What never happened was not tested.
  expect(tally.missing).toEqual([])
  const ended = tally.of('ended: two histories at one position')
  expect(ended).toBeLessThan(schedules / 500)
  expect(tally.of('converged') + ended).toBe(schedules)
}, 600_000)

test('a seed replays exactly', async () => {
  for (const seed of [1, 2, 3]) expect(await traceOf(seed)).toEqual(await traceOf(seed))
  expect(await traceOf(1)).not.toEqual(await traceOf(2))
})

async function runShard(first: number, last: number): Promise<ShardReport> {
  const args = ['--conditions=baro-source', '--import', 'tsx', shardScript, `${first}`, `${last}`]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 << 20 })
  return JSON.parse(stdout) as ShardReport
}

async function traceOf(seed: number): Promise<readonly string[]> {
  const lines: string[] = []
  await runSeed(seed, new Tally(), { trace: (line) => lines.push(line) })
  return lines
}
