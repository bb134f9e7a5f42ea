import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, reached } from './other-program.ts'
import { byClientsOnly } from './rooms.ts'
import type { BenchServer } from './server.ts'

const program = 'centrifugo'

/** The version of the Centrifugo in the PATH; `undefined` if there is none. */
export function centrifugoVersion(): string | undefined {
  try {
    return /v?(\d+\.\d+\.\d+)/.exec(execFileSync(program, ['version'], { encoding: 'utf8' }))?.[1]
  } catch {
    return undefined
  }
}

/** Centrifugo as it comes: clients may publish and subscribe, and no history is kept. It takes the core of this process. */
export function createCentrifugoServer({ redis }: { readonly redis?: string } = {}): BenchServer {
  let child: ChildProcess | undefined
  return {
    async listen() {
      const port = await freePort()
      const folder = mkdtempSync(join(tmpdir(), 'baro-bench-'))
      const file = join(folder, 'config.json')
      writeFileSync(file, JSON.stringify(configuration(port, redis)))
      child = spawn(program, ['--config', file], { stdio: ['ignore', 'ignore', 'inherit'] })
      process.on('exit', () => {
        child?.kill('SIGKILL')
        rmSync(folder, { recursive: true, force: true })
      })
      ;(await reached(port, program)).destroy()
      return port
    },
    publish: byClientsOnly,
    cpuMicros() {
      // Of all threads: /proc/PID/schedstat is that of the first one alone.
      const tasks = `/proc/${child?.pid}/task`
      return readdirSync(tasks).reduce((sum, task) => sum + nanoseconds(`${tasks}/${task}/schedstat`), 0) / 1_000
    },
    rssBytes: () => 1_024 * Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child?.pid}/status`, 'utf8'))?.[1]),
  }
}

function nanoseconds(file: string): number {
  return Number(readFileSync(file, 'utf8').split(' ')[0])
}

function configuration(port: number, redis: string | undefined): object {
  return {
    ...(redis !== undefined && { engine: { type: 'redis', redis: { address: redis } } }),
    http_server: { address: '127.0.0.1', port: String(port) },
    log: { level: 'error' },
    client: { insecure: true, allowed_origins: ['*'], connection_limit: 0 },
    channel: {
      without_namespace: {
        allow_publish_for_client: true,
        allow_subscribe_for_client: true,
        allow_subscribe_for_anonymous: true,
        allow_publish_for_anonymous: true,
      },
    },
  }
}
