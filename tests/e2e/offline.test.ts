import type { Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { patience, slow } from './patience.ts'
import { waitForLive } from './room-page.ts'
import { browser, restartSite, site, visitSite } from './visited-site.ts'

vi.setConfig(slow)
visitSite()

/** Opens the page and waits until all of it is live: what was cached says other things than what is live. */
async function openHome(): Promise<Page> {
  const page = await browser.newPage({ locale: 'en-US', viewport: { width: 390, height: 844 } })
  await page.goto(`${site.url}/en`)
  await waitForLive(page)
  await page.waitForFunction(() => !document.querySelector('[data-connection]:not([data-connection=live])'))
  return page
}

/** Where the parts of the page stand on the screen. */
function places(page: Page): Promise<readonly number[]> {
  return page.$$eval('h1, h2, [data-connection]', (parts) => parts.map((part) => part.getBoundingClientRect().top))
}

/** The waits that the bar has shown, in seconds, one after the other. */
async function waitsShown(page: Page): Promise<() => Promise<readonly number[]>> {
  await page.evaluate(() => {
    const waits: number[] = []
    Object.assign(window, { waits })
    new MutationObserver(() => {
      const shown = /[Rr]econnecting in (\d+) s/.exec(document.querySelector('[data-bar]')?.textContent ?? '')?.[1]
      if (shown !== undefined && Number(shown) !== waits.at(-1)) waits.push(Number(shown))
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
  })
  return () => page.evaluate(() => (window as unknown as { waits: readonly number[] }).waits)
}

test('a page whose browser is offline says so, with a button that a thumb hits, and nothing of it moves', async () => {
  const page = await openHome()
  const before = await places(page)
  await page.context().setOffline(true)
  await page.waitForSelector('[data-bar=offline]')
  expect(await page.locator('[data-bar] [role=status]').textContent()).toBe('Your device is offline')
  const lines = await page.locator('[data-connection]').count()
  expect(lines).toBeGreaterThan(0)
  await expect.poll(() => page.locator('[data-offline]').count(), patience).toBe(lines)
  const button = await page.getByRole('button', { name: 'Try now' }).boundingBox()
  expect(button?.height).toBeGreaterThanOrEqual(44)
  expect(button?.width).toBeGreaterThanOrEqual(44)
  // On the screen, wherever the reader is on the page.
  expect((button?.y ?? 0) + (button?.height ?? 0)).toBeLessThanOrEqual(844)
  expect(await places(page)).toEqual(before)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  await page.context().setOffline(false)
  await page.waitForSelector('[data-bar]', { state: 'detached' })
  await waitForLive(page)
  await page.close()
})

test('a page whose server is gone counts until it tries again, and tries now when it is told to', async () => {
  const page = await browser.newPage({ locale: 'en-US', viewport: { width: 390, height: 844 } })
  await page.clock.install()
  await page.goto(`${site.url}/en`)
  await waitForLive(page)
  const waits = await waitsShown(page)
  await site.kill()
  await page.waitForSelector('[data-bar=waiting]')
  const isCounted = async () => (await waits()).some((wait, index, all) => all[index + 1] === wait - 1)
  await expect.poll(isCounted, patience).toBe(true)

  // From here on no wait ends by itself.
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 100)
  await restartSite()
  await page.getByRole('button', { name: 'Try now' }).click()
  await waitForLive(page)
  await page.waitForSelector('[data-bar]', { state: 'detached' })
  await page.close()
})
