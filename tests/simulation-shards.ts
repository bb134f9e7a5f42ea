/** The simulation on all cores: a range of seeds for each process. */
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { PresenceShardReport, ShardReport } from './simulation-shard.ts'

const shardScript = fileURLToPath(new URL('simulation-shard.ts', import.meta.url))

/** Runs the seeds from `first` to `last`. */
export function runShards(first: number, last: number): Promise<readonly ShardReport[]> {
  return runEach<ShardReport>(first, last, [])
}

/** The same for the simulation of who is here. */
export function runPresenceShards(first: number, last: number): Promise<readonly PresenceShardReport[]> {
  return runEach<PresenceShardReport>(first, last, ['who-is-here'])
}

function runEach<Report>(first: number, last: number, which: readonly string[]): Promise<readonly Report[]> {
  const size = Math.ceil((last - first + 1) / availableParallelism())
  const firsts = Array.from({ length: Math.ceil((last - first + 1) / size) }, (_, index) => first + index * size)
  return Promise.all(
    firsts.map((from) => runShard<Report>([...which, `${from}`, `${Math.min(from + size - 1, last)}`])),
  )
}

async function runShard<Report>(which: readonly string[]): Promise<Report> {
  const args = ['--conditions=baro-source', '--import', 'tsx', shardScript, ...which]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 << 20 })
  return JSON.parse(stdout) as Report
}
