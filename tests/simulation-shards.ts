/** The simulation on all cores: a range of seeds for each process. */
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ShardReport } from './simulation-shard.ts'

const shardScript = fileURLToPath(new URL('simulation-shard.ts', import.meta.url))

/** Runs the seeds from `first` to `last`. */
export function runShards(first: number, last: number): Promise<readonly ShardReport[]> {
  const size = Math.ceil((last - first + 1) / availableParallelism())
  const firsts = Array.from({ length: Math.ceil((last - first + 1) / size) }, (_, index) => first + index * size)
  return Promise.all(firsts.map((from) => runShard(from, Math.min(from + size - 1, last))))
}

async function runShard(first: number, last: number): Promise<ShardReport> {
  const args = ['--conditions=baro-source', '--import', 'tsx', shardScript, `${first}`, `${last}`]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 << 20 })
  return JSON.parse(stdout) as ShardReport
}
