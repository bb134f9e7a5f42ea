import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { launchBrowser, socketsOf } from './browser.ts'
import { slow } from './patience.ts'
import { createLog } from './publisher-log.ts'
import { waitForIds, waitForLive } from './room-page.ts'
import { type Site, startSite } from './site.ts'

vi.setConfig(slow)

const folder = mkdtempSync(join(tmpdir(), 'baro-site-'))
let site: Site
let browser: Browser

beforeAll(async () => {
  site = await startSite({ folder })
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  await site?.kill()
  rmSync(folder, { recursive: true, force: true })
})

test('I2: a server that keeps its channels on disk is killed and started again, three times: the page recovers, and is never reset', async () => {
  const log = createLog(() => site)
  await log.publish(4)
  await fetch(site.url + log.path)
  const page = await browser.newPage()
  const sockets = socketsOf(page)
  await page.goto(site.url + log.path)
  await waitForIds(page, log.ids)
  await waitForLive(page)
  for (let round = 0; round < 3; round++) {
    await log.publish(2)
    await site.kill()
    site = await startSite({ port: site.port, folder })
    await log.publish(2)
    await waitForIds(page, log.ids)
    await waitForLive(page)
  }
  const received = sockets.flatMap((socket) => socket.received(`room:${log.room}`))
  expect(received).toContain('baro:recovered')
  expect(received).not.toContain('baro:reset')
  await page.close()
})
