import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, vi } from 'vitest'
import { patience } from './patience.ts'
import { throwOnSignal } from './process-probes.ts'

const next = createRequire(import.meta.url).resolve('next/dist/bin/next')

/** An app that `next build` has built and `next start` serves. */
export interface NextApp {
  readonly dir: string
  readonly port: number
  readonly url: string
  readonly server: ChildProcess
  /** Starts the same build once more, beside this server or after it. */
  again(env: Readonly<Record<string, string>>): Promise<NextApp>
  /** Everything it has printed since this was last called. */
  printedSince(): string
  /** The status of the cache, the first word of `Cache-Control`, and the snapshot in the HTML of a page. */
  read(path: string, headers?: Readonly<Record<string, string>>): Promise<string>
}

/**
 * Builds an app of a folder beside this file, and starts it.
 *
 * @param flags For `next build`.
 * @param built Is called in between.
 */
export async function startNextApp(
  name: string,
  flags: readonly string[] = [],
  built = async (_dir: string): Promise<void> => {},
): Promise<NextApp> {
  const dir = fileURLToPath(new URL(`./${name}`, import.meta.url))
  let printed = ''
  const build = run(dir, ['build', ...flags], {}, (chunk) => {
    printed += chunk
  })
  expect((await once(build, 'exit'))[0], printed).toBe(0)
  await built(dir)
  return serve(dir, {})
}

function run(
  dir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  print: (chunk: string) => void,
): ChildProcess {
  const child = spawn(process.execPath, [...throwOnSignal, next, ...args], {
    cwd: dir,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => print(String(chunk)))
  return child
}

async function serve(dir: string, env: Readonly<Record<string, string>>): Promise<NextApp> {
  let printed = ''
  const port = await freePort()
  const url = `http://localhost:${port}`
  const server = run(dir, ['start', '-p', String(port)], env, (chunk) => {
    printed += chunk
  })
  await vi.waitFor(() => expect(printed).toContain('Ready'), patience)
  return {
    dir,
    port,
    url,
    server,
    again: (more) => serve(dir, more),
    printedSince() {
      const text = printed
      printed = ''
      return text
    },
    async read(path, headers = {}) {
      const answer = await fetch(url + path, { headers })
      const html = (await answer.text()).replaceAll('&quot;', '"')
      const cached = [answer.headers.get('x-nextjs-cache'), answer.headers.get('cache-control')?.split(',')[0]]
      return [...cached, /<p id="snapshot">(.*?)<\/p>/.exec(html)?.[1]].join(' ')
    },
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0)
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
