import { expect, test, vi } from 'vitest'
import { openDemo } from './break-it-sequences.ts'
import { complaintsOf } from './browser.ts'
import { slow } from './patience.ts'
import { randomOf } from './random-of.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig({ ...slow, testTimeout: 240_000 })
visitSharedSite()

/** `npm run break-it` is the long form: a hundred sequences, of any seed. */
const sequences = 3

test('I1 I2: however it is broken, our pane is the publisher’s log, and both counts are right', async () => {
  const page = await browser.newPage({ locale: 'en-US' })
  const complaints = complaintsOf(page)
  const random = randomOf(21)
  const demo = await openDemo(page, `${site.url}/en`)
  expect(await demo.complaints()).toEqual([])
  for (let sequence = 0; sequence < sequences; sequence++) {
    const pressed = await demo.press(random)
    expect(await demo.complaints(), pressed.join(', ')).toEqual([])
  }
  // The browser itself reports each connection that the stopped server refused.
  expect(complaints.filter((text) => !/WebSocket connection|net::ERR_/.test(text))).toEqual([])
  await page.close()
})

test('what a visitor paints is in both panes, and on another device', async () => {
  const [page, other] = await Promise.all([browser.newPage(), browser.newPage()])
  for (const one of [page, other]) {
    await one.goto(`${site.url}/en`)
    await one.waitForSelector('[data-demo=settled]')
  }
  await page.locator('[data-reader=baro] svg').click({ position: { x: 3, y: 3 } })
  for (const one of [page, other])
    for (const reader of ['baro', 'usual'])
      await one.waitForSelector(`[data-reader=${reader}] svg[data-board^="2"]`, { timeout: 60_000 })
  await page.close()
  await other.close()
})
