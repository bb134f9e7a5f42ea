import { once } from 'node:events'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { slow } from './patience.ts'
import { throwOnSignal, upgrade } from './process-probes.ts'
import { type Site, spawnSite, startSite } from './site.ts'

vi.setConfig(slow)

let site: Site

beforeAll(async () => {
  site = await startSite({ execArgv: throwOnSignal })
})

afterAll(async () => {
  await site?.kill()
})

test('an upgrade nobody answers is refused, before and after Next listens for upgrades', async () => {
  expect(await upgrade(site.port, '/nothing')).toBe('HTTP/1.1 404 Not Found')
  await (await fetch(`${site.url}/en`)).text()
  expect(await upgrade(site.port, '/nothing')).toBe('HTTP/1.1 404 Not Found')
  expect(await upgrade(site.port, '/_next/hmr')).toBe('HTTP/1.1 404 Not Found')
})

test('a busy port is one clear sentence and an exit code', async () => {
  const { child, printed } = spawnSite({ port: site.port })
  const [code] = await once(child, 'exit')
  expect(code).toBe(1)
  expect(printed().trim()).toBe(`Port ${site.port} is in use. Set another: PORT=${site.port + 1} npm start`)
})

test('an exception nobody caught ends the process, although Next would go on', async () => {
  await (await fetch(`${site.url}/en/machine`)).text()
  site.process.kill('SIGUSR2')
  const [code] = await once(site.process, 'exit')
  expect(code).toBe(1)
  expect(site.printed()).toContain('nobody catches this')
})

test('SIGTERM ends it in peace', async () => {
  const other = await startSite()
  other.process.kill('SIGTERM')
  const [code] = await once(other.process, 'exit')
  expect(code).toBe(0)
})
