import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { launchBrowser } from './browser.ts'
import { killUnderLoad } from './killed-under-load.ts'
import { slow } from './patience.ts'
import { createLog } from './publisher-log.ts'
import { waitForIds, waitForLive } from './room-page.ts'
import { startSite } from './site.ts'

vi.setConfig(slow)

test('I2, I5: a server that keeps its channels on disk is killed under load, twice: the page shows each acknowledged publish once, and is never reset', async () => {
  const survived = await killUnderLoad(2, () => {})
  expect(survived.shown).toEqual(survived.acknowledged)
  expect(survived.acknowledged.length).toBeGreaterThan(100)
  expect(survived).toMatchObject({ violations: [], resets: 0 })
})

test('I4: a server whose folder was deleted resets the page once, and the page says so in words', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'baro-deleted-'))
  let site = await startSite({ folder })
  const browser = await launchBrowser()
  onTestFinished(async () => {
    await browser.close()
    await site.kill()
    rmSync(folder, { recursive: true, force: true })
  })
  const before = createLog(() => site)
  await before.publish(3)
  const page = await browser.newPage({ locale: 'en-US' })
  await page.goto(site.url + before.path)
  await waitForIds(page, before.ids)
  await waitForLive(page)

  await site.kill()
  rmSync(folder, { recursive: true, force: true })
  site = await startSite({ port: site.port, folder })
  const after = createLog(() => site, before.room)
  await after.publish(2)
  await waitForIds(page, after.ids)
  const said = page.locator('[data-hand-over=reset]')
  await said.waitFor()
  expect(await said.textContent()).toContain(
    'the server started without its earlier history: this is the state it has now',
  )
})
