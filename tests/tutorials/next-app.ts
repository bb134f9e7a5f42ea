/** The Next.js app of `examples/tutorials`, built and started, with `localhost:3000` of its files at the ports of a test. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
// Beside the repository’s own packages, so that these are found.
const copy = `${root}.cache/tutorials/`
const next = createRequire(import.meta.url).resolve('next/dist/bin/next')

/** Builds the app and starts it; resolves when it listens. `hosts` says what `localhost:3000` is in each file. */
export async function startNextApp(port: number, hosts: Readonly<Record<string, string>>): Promise<ChildProcess> {
  rmSync(copy, { recursive: true, force: true })
  cpSync(`${root}examples/tutorials`, copy, { recursive: true, filter: (path) => !/node_modules|\.next$/.test(path) })
  for (const [file, host] of Object.entries(hosts)) {
    const path = `${copy}next/${file}`
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('localhost:3000', host))
  }
  await finished(run('build'))
  const server = run('start', '-p', String(port))
  await Promise.race([printed(server, /Ready/), finished(server)])
  return server
}

function run(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [next, ...args], {
    cwd: `${copy}next`,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Resolves when the process has ended well. Rejects with what it printed if it has not. */
async function finished(child: ChildProcess): Promise<void> {
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      text += chunk
    })
  const [code] = await once(child, 'exit')
  if (code !== 0 && code !== null) throw new Error(`next ended with ${code}:\n${text}`)
}

function printed(child: ChildProcess, what: RegExp): Promise<void> {
  let text = ''
  return new Promise((resolve) => {
    child.stdout?.on('data', (chunk) => {
      text += chunk
      if (what.test(text)) resolve()
    })
  })
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0)
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
