/**
 * Runs a range of seeds of the simulation and prints what happened as JSON; with one seed, what happened step by step:
 *
 *   node --conditions=baro-source --import tsx tests/simulation-shard.ts FIRST LAST
 *   node --conditions=baro-source --import tsx tests/simulation-shard.ts SEED
 *
 * With `who-is-here` before them, seeds of the simulation of I9.
 */
import { PresenceTally, type PresenceTallyName, runPresenceSeed, runSeed, Tally, type TallyName } from '@baro/testing'

/** What a shard prints. */
export interface ShardReport {
  readonly counts: readonly (readonly [TallyName, number])[]
  readonly failures: readonly string[]
  /** On the clock of the simulation. */
  readonly elapsedMs: number
  /** The part of it in which tokens expire. */
  readonly elapsedWithExpiryMs: number
}

/** What a shard of the simulation of who is here prints. */
export interface PresenceShardReport {
  readonly counts: readonly (readonly [PresenceTallyName, number])[]
  readonly failures: readonly string[]
  /** On the clock of the simulation. */
  readonly elapsedMs: number
}

const given = process.argv.slice(2)
const isOfPresence = given[0] === 'who-is-here'
const [first, last] = given.slice(isOfPresence ? 1 : 0).map(Number)
const trace = (line: string) => console.log(line)
if (first === undefined) throw new Error('Which seeds? Pass the first and the last, or one to trace.')
if (last === undefined)
  await (isOfPresence ? runPresenceSeed(first, new PresenceTally(), { trace }) : runSeed(first, new Tally(), { trace }))
else console.log(JSON.stringify(await (isOfPresence ? runPresenceShard(first, last) : runShard(first, last))))

async function runPresenceShard(from: number, to: number): Promise<PresenceShardReport> {
  const tally = new PresenceTally()
  const failures: string[] = []
  let elapsedMs = 0
  for (let seed = from; seed <= to; seed++)
    try {
      elapsedMs += (await runPresenceSeed(seed, tally)).elapsedMs
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error))
    }
  return { counts: [...tally], failures, elapsedMs }
}

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
