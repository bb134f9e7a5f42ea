import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Who serves the page. */
export type PageServer = 'buffer' | 'hub' | 'next' | 'next-front'
/** How it is asked for. */
export type Asking = 'plain' | 'gzip' | 'not-modified'

export interface PagesRun {
  readonly server: PageServer
  readonly asking: Asking
  readonly requestsPerCpuSecond: number
  readonly bytes: number
  readonly status: number
}

export interface PagesMemoryRun {
  readonly server: 'hub'
  readonly asking: 'memory'
  /** For each of 10,000 pages, with all that is kept of it. */
  readonly kilobytesPerPage: number
  readonly pageBytes: number
}

const folder = fileURLToPath(new URL('.', import.meta.url))
const next = createRequire(import.meta.url).resolve('next/dist/bin/next')
const connections = 32

/** Builds the app for Next, once for all runs. */
export function buildApp(): void {
  execFileSync(process.execPath, [next, 'build'], {
    cwd: `${folder}app`,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** Starts a server, and ends it whatever happens. */
async function withServer<T>(server: PageServer, run: (port: number, child: ChildProcess) => Promise<T>): Promise<T> {
  const isNext = server === 'next' || server === 'next-front'
  const port = isNext ? await freePort() : 0
  const args = isNext
    ? [next, 'start', '-p', String(port)]
    : ['--expose-gc', '--import', 'tsx', `${folder}serve.ts`, server]
  const child = spawn(process.execPath, args, {
    cwd: isNext ? `${folder}app` : folder,
    env: { ...process.env, NODE_ENV: 'production', BARO_PAGES: server === 'next-front' ? '1' : '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      if (!isNext) return await run(Number(line), child)
      if (line.includes('Ready')) return await run(port, child)
    }
    throw new Error(`The server "${server}" ended before it served.`)
  } finally {
    child.kill('SIGKILL')
  }
}

/** What a cached page costs: CPU of the server's process, user and system, by the kernel's count of hundredths. */
export function measurePage(server: PageServer, asking: Asking, requests: number): Promise<PagesRun> {
  return withServer(server, async (port, { pid = 0 }) => {
    const agent = new Agent({ keepAlive: true, maxSockets: connections })
    const ask = (headers: Record<string, string>) =>
      new Promise<{ status: number; bytes: number; etag: string }>((resolve, reject) => {
        get({ host: '127.0.0.1', port, path: '/', agent, headers }, (answer) => {
          let bytes = 0
          answer.on('data', (chunk: Buffer) => {
            bytes += chunk.length
          })
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, bytes, etag: answer.headers.etag ?? '' }))
        }).on('error', reject)
      })
    const many = async (count: number, headers: Record<string, string>) => {
      let left = count
      const asker = async () => {
        while (left-- > 0) await ask(headers)
      }
      await Promise.all(Array.from({ length: connections }, asker))
    }
    // Next renders the pages of its build once more after the start, and code that has run a few thousand times is compiled.
    await many(requests / 4, {})
    const { etag } = await ask({})
    const headers: Record<string, string> =
      asking === 'gzip' ? { 'accept-encoding': 'gzip' } : asking === 'not-modified' ? { 'if-none-match': etag } : {}
    await many(requests / 4, headers)
    const before = cpuSecondsOf(pid)
    await many(requests, headers)
    const used = cpuSecondsOf(pid) - before
    const { status, bytes } = await ask(headers)
    agent.destroy()
    return { server, asking, requestsPerCpuSecond: requests / used, bytes, status }
  })
}

/** What ten thousand pages of a hub take. */
export function measureMemory(): Promise<PagesMemoryRun> {
  return withServer('hub', async (port, child) => {
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    const told = async (order: string) => {
      const line = once(lines, 'line')
      child.stdin?.write(`${order}\n`)
      return Number((await line)[0])
    }
    const page = await (await fetch(`http://127.0.0.1:${port}/`)).arrayBuffer()
    const before = await told('look')
    const after = await told('fill')
    return {
      server: 'hub',
      asking: 'memory',
      kilobytesPerPage: (after - before) / 10_000 / 1_024,
      pageBytes: page.byteLength,
    }
  })
}

/** User and system time of a process. */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0)
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
