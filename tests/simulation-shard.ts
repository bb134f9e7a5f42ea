/**
 * Runs a range of seeds of the simulation and prints what happened as JSON; with one seed, what happened step by step:
 *
 *   node --conditions=baro-source --import tsx tests/simulation-shard.ts FIRST LAST
 *   node --conditions=baro-source --import tsx tests/simulation-shard.ts SEED
 */
import { runSeed, Tally, type TallyName } from '@baro/testing'

/** What a shard prints. */
export interface ShardReport {
  readonly counts: readonly (readonly [TallyName, number])[]
  readonly failures: readonly string[]
  /** On the clock of the simulation. */
  readonly elapsedMs: number
  /** The part of it in which tokens expire. */
  readonly elapsedWithExpiryMs: number
}

const [first, last] = process.argv.slice(2).map(Number)
if (first === undefined) throw new Error('Which seeds? Pass the first and the last, or one to trace.')
if (last === undefined) await runSeed(first, new Tally(), { trace: (line) => console.log(line) })
else console.log(JSON.stringify(await runShard(first, last)))

async function runShard(from: number, to: number): Promise<ShardReport> {
  const tally = new Tally()
  const failures: string[] = []
  let elapsedMs = 0
  let elapsedWithExpiryMs = 0
  for (let seed = from; seed <= to; seed++)
    try {
      const simulated = await runSeed(seed, tally)
      elapsedMs += simulated.elapsedMs
      if (simulated.hasExpiry) elapsedWithExpiryMs += simulated.elapsedMs
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error))
    }
  return { counts: [...tally], failures, elapsedMs, elapsedWithExpiryMs }
}
