import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export type BrokerKind = 'memory' | 'disk-os' | 'disk-always'

/** What one publish took a broker. */
export interface DiskRun {
  readonly kind: BrokerKind
  readonly inFlight: number
  /** Of the process, with the threads that write and sync. */
  readonly cpuMicros: number
  readonly wallMicros: number
}

const script = fileURLToPath(new URL('one-broker.ts', import.meta.url))

/** Publishes in a fresh process. */
export async function measureBroker(kind: BrokerKind, inFlight: number, publications: number): Promise<DiskRun> {
  const args = ['--import', 'tsx', script, kind, String(inFlight), String(publications)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const seen = JSON.parse(stdout) as Pick<DiskRun, 'cpuMicros' | 'wallMicros'>
  return { kind, inFlight, ...seen }
}
