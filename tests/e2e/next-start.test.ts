import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { patience, slow } from './patience.ts'
import { throwOnSignal, upgrade } from './process-probes.ts'

vi.setConfig(slow)

const app = fileURLToPath(new URL('./instrumented-app', import.meta.url))
const next = createRequire(import.meta.url).resolve('next/dist/bin/next')
let port: number
let url: string
let server: ChildProcess
let printed = ''
let built = ''

function runNext(...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [...throwOnSignal, next, ...args], {
    cwd: app,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      printed += chunk
    })
  return child
}

/** What Next has rendered of a page since it was built. */
async function renderedSince(): Promise<string> {
  const cache = `${app}/.next/server/route-cache`
  const files = await readdir(cache, { recursive: true }).catch(() => [])
  const counter = files.find((file) => file.endsWith('counter.html'))
  return counter === undefined ? '' : readFile(`${cache}/${counter}`, 'utf8')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0)
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** The status of the cache and the snapshot of a page. */
async function read(path: string): Promise<string> {
  const answer = await fetch(url + path)
  const html = (await answer.text()).replaceAll('&quot;', '"')
  const cached = [answer.headers.get('x-nextjs-cache'), answer.headers.get('cache-control')?.split(',')[0]]
  return [...cached, /<p id="snapshot">(.*?)<\/p>/.exec(html)?.[1]].join(' ')
}

beforeAll(async () => {
  const build = runNext('build')
  expect((await once(build, 'exit'))[0], printed).toBe(0)
  built = await readFile(`${app}/.next/server/app/counter.html`, 'utf8')
  port = await freePort()
  url = `http://localhost:${port}`
  server = runNext('start', '-p', String(port))
  await vi.waitFor(() => expect(printed).toContain('Ready'), { timeout: 30_000 })
}, 180_000)

afterAll(() => {
  server?.kill('SIGKILL')
})

test('without a custom server a WebSocket may be the first thing that comes, and no catch-all route ends it', async () => {
  await expect.poll(() => upgrade(port, '/baro/connect'), patience).toBe('HTTP/1.1 101 Switching Protocols')
  expect(await upgrade(port, '/nothing')).toBe('HTTP/1.1 404 Not Found')
})

test('a page that was built without a hub stands nowhere, and is rendered once more before anybody asks for it', async () => {
  expect(built).toContain('&quot;position&quot;:&quot;none&quot;')
  await expect.poll(renderedSince, patience).toMatch(/&quot;position&quot;:&quot;1a\./)
  expect(await read('/counter')).toMatch(/^HIT s-maxage=3600 .*"position":"1a\..*"value":0/)
})

test.each([
  ['한글', 'room:%ED%95%9C%EA%B8%80'],
  ['a b', 'room:a%20b'],
  ['a+b', 'room:a%2Bb'],
  ['100%', 'room:100%25'],
])('the page and the route handler of %s meet on one channel', async (id, channel) => {
  const path = `/rooms/${encodeURIComponent(id)}`
  expect((await fetch(`${url}${path}/news`, { method: 'POST' })).status).toBe(204)
  const html = (await (await fetch(url + path)).text()).replaceAll('&quot;', '"')
  expect(html).toContain(`"channel":"${channel}"`)
  expect(html).toContain('"value":["From the server"]')
  expect(html).toContain(`<title>Room ${id}</title>`)
})

test('a page whose params name no channel is not found', async () => {
  expect((await fetch(`${url}/rooms/${'x'.repeat(21)}`)).status).toBe(404)
  expect((await fetch(`${url}/rooms/${encodeURIComponent('한'.repeat(21))}`)).status).toBe(404)
})

test('a private value never gets into a page that is cached', async () => {
  expect(await read('/diary/dynamic')).toContain('a secret')
  for (const path of ['/diary/cached', '/diary/static']) {
    printed = ''
    await expect
      .poll(async () => {
        expect(await read(path)).toContain('"position":"none"')
        return printed
      }, patience)
      .toContain('"diary" is not public, and this page is cached.')
    expect(await read(path)).not.toContain('a secret')
  }
})

test('an exception nobody caught ends the process, although Next would go on', async () => {
  server.kill('SIGUSR2')
  expect((await once(server, 'exit'))[0]).toBe(1)
})
