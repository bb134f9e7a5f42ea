/** A file of a guide, running as its reader runs it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { samples } from './samples.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What runs, and how to end it. */
export interface RunningSample {
  /** Where it serves. */
  readonly url: string
  /** Ends it by a signal; returns its exit code, `null` if it died of the signal. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/** Runs a file of a guide, for example `from-socket.io`; returns when it serves. Only one test file may run those of a guide. */
export async function runSample(
  guide: string,
  file: string,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningSample> {
  const folder = `${root}.cache/${guide}/`
  mkdirSync(folder, { recursive: true })
  // What a guide takes as given stands in the README.
  const { 'channels.ts': channels = '' } = samples('README.md')
  const files = { 'channels.ts': channels, ...samples(`docs/${guide}.md`), 'package.json': '{ "type": "module" }' }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(folder + path), { recursive: true })
    writeFileSync(folder + path, text)
  }
  // Says where it listens: the guide takes a port, and a test takes whatever is free.
  writeFileSync(
    `${folder}run-${file}`,
    `import { Server } from 'node:net'
const { listen } = Server.prototype
Server.prototype.listen = function (...args: never[]) {
  this.once('listening', () => console.log('at ' + (this.address() as { port: number }).port))
  return Reflect.apply(listen, this, args)
}
await import('./${file}')`,
  )
  const child = spawn(process.execPath, ['--conditions=baro-source', '--import', 'tsx', `${folder}run-${file}`], {
    cwd: root,
    env: { ...process.env, ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const end = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    return child.exitCode
  }
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /^at (\d+)$/.exec(line)?.[1]
    if (port) return { url: `http://localhost:${port}`, end }
  }
  throw new Error(`${file} ended before it listened.`)
}
