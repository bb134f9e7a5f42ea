import type { Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { complaintsOf } from './browser.ts'
import { patience, slow } from './patience.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig(slow)
visitSharedSite()

const all = ['websocket', 'sse', 'long-poll', 'poll']

/** What each row of the page says it has, in the order of the page. */
function rowsOf(page: Page) {
  return page.$$eval('[data-transport]', (rows) =>
    rows.map((row) => {
      const number = (name: string) => Number(row.getAttribute(`data-${name}`))
      return {
        transport: row.getAttribute('data-transport'),
        newest: number('newest'),
        received: number('received'),
        missing: number('missing'),
        doubled: number('doubled'),
      }
    }),
  )
}

/** Opens the page, chooses five publications a second and starts. */
async function startRace(page: Page): Promise<void> {
  await page.goto(`${site.url}/en/transports`)
  // What is forced below does not wait for the hydration by itself.
  await page.waitForSelector('fieldset:enabled')
  await page.getByRole('radio', { name: '5', exact: true }).check({ force: true })
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await page.waitForSelector('[data-race=running]')
}

test('I6: at five a second all four transports bring the same publications from the position of the page, none missing or doubled', async () => {
  const page = await browser.newPage()
  const complaints = complaintsOf(page)
  await startRace(page)
  const shortest = async () => Math.min(...(await rowsOf(page)).map(({ received }) => received))
  await expect.poll(shortest, patience).toBeGreaterThan(20)
  // Polling catches up with the others every two seconds; then all four show the same, until the next publication.
  await page.waitForFunction(() => {
    const newest = [...document.querySelectorAll('[data-transport]')].map((row) => row.getAttribute('data-newest'))
    return newest.length === 4 && new Set(newest).size === 1
  })
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await page.waitForSelector('[data-race=stopped]')

  const rows = await rowsOf(page)
  expect(rows.map(({ transport }) => transport)).toEqual(all)
  expect(rows.map(({ missing, doubled }) => [missing, doubled])).toEqual(all.map(() => [0, 0]))
  for (const figure of ['p50', 'p99']) {
    const texts = await page.locator(`[data-figure=${figure}] dd`).allTextContents()
    expect(texts.map((text) => /^-?\d+ ms$/.test(text))).toEqual([true, true, true, true])
  }
  const bytes = await page.locator('[data-figure=bytes] dd').allTextContents()
  expect(bytes.map((text) => Number(text) > 0)).toEqual([true, true, true, true])
  expect(complaints).toEqual([])
  await page.close()
})

test('the race stops by itself when the page is hidden', async () => {
  const page = await browser.newPage()
  await startRace(page)
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await page.waitForSelector('[data-race=hidden]')
  expect(await page.locator('[data-link=off]').count()).toBe(4)
  await page.close()
})

test('a visitor sees the handshake of a connection of their own, without the cookies it was sent with', async () => {
  const context = await browser.newContext()
  await context.addCookies([{ name: 'secret', value: 'not-to-be-shown', url: site.url }])
  const page = await context.newPage()
  const complaints = complaintsOf(page)
  await page.goto(`${site.url}/en/transports`)
  await page.getByRole('button', { name: 'Open one and show it' }).click()
  await page.waitForSelector('[data-handshake]')
  const [request = '', answer = ''] = await page.locator('[data-handshake] pre').allTextContents()
  expect(request).toMatch(/^GET \/handshake HTTP\/1\.1\n/)
  expect(request).toMatch(/\nSec-WebSocket-Key: \S{24}/)
  expect(answer).toMatch(/^HTTP\/1\.1 101 Switching Protocols\n/)
  expect(answer).toMatch(/\nSec-WebSocket-Accept: \S{28}$/)
  expect(await page.content()).not.toContain('not-to-be-shown')
  expect(complaints).toEqual([])
  await context.close()
})

test('without JavaScript the page still says what the four are', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-US' })
  const page = await context.newPage()
  await page.goto(`${site.url}/en/transports`)
  expect(await page.locator('[data-transport] h2').allTextContents()).toEqual([
    'WebSocket',
    'SSE',
    'Long polling',
    'Polling',
  ])
  // Chromium shows `noscript` only where scripts are off for the whole browser.
  expect(await page.content()).toContain('The race needs JavaScript.')
  // A guide to all four, each cell with a link to its figure; what was measured beforehand stands in a table of its own.
  expect(await page.locator('table').nth(1).locator('tbody tr').count()).toBe(4)
  for (const cell of await page.locator('table').nth(1).locator('tbody td').all()) {
    const target = await cell.locator('a').last().getAttribute('href')
    expect(await page.locator(`[id="${target?.slice(1)}"]`).count(), target ?? '').toBe(1)
  }
  expect(await page.locator('table').nth(0).locator('tbody tr').allTextContents()).toEqual([
    expect.stringMatching(/^WebSocket.* µs.* kB/),
    expect.stringMatching(/^SSE.* µs.* kB/),
    expect.stringMatching(/^Long polling.* µs/),
    expect.stringMatching(/^Polling.* µs/),
  ])
  await context.close()
})
