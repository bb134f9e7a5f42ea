import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** What is published, and how much of it may be kept. */
export interface KeptCase {
  readonly channels: number
  /** Publications of each channel. */
  readonly each: number
  readonly maxBytes: number
}

/** What a store came to that was filled, and then opened by another process. Megabytes are 2^20 bytes; memory is the resident set. */
export interface KeptRun extends KeptCase {
  /** To append one. */
  readonly cpuMicros: number
  readonly memoryFilled: number
  /** Channels that are kept. */
  readonly kept: number
  readonly diskMegabytes: number
  /** From the call to a broker that answers. */
  readonly readyMs: number
  /** Of the process that opens it: before, once it is ready, and after it has read of a hundred channels. */
  readonly memoryBefore: number
  readonly memoryReady: number
  readonly memoryRead: number
}

const script = fileURLToPath(new URL('one-store.ts', import.meta.url))

export async function measureKept({ channels, each, maxBytes }: KeptCase): Promise<KeptRun> {
  const folder = mkdtempSync(join(tmpdir(), 'baro-kept-'))
  const run = async (...args: readonly (string | number)[]) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, ...args.map(String)])
    return JSON.parse(stdout)
  }
  try {
    const filled = await run('fill', folder, channels, each, maxBytes)
    const { readyMs, memoryBefore, memoryReady, memoryRead, ...started } = await run('start', folder, maxBytes)
    return {
      channels,
      each,
      maxBytes,
      cpuMicros: filled.cpuMicros,
      memoryFilled: filled.memoryAfter,
      kept: started.channels,
      diskMegabytes: started.disk,
      readyMs,
      memoryBefore,
      memoryReady,
      memoryRead,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
