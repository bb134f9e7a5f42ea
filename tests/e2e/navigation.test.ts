import type { Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { socketsOf } from './browser.ts'
import { openBehind } from './open-behind.ts'
import { patience, slow } from './patience.ts'
import { createLog } from './publisher-log.ts'
import { violationsOf, waitForIds, waitForLive, watchOrder } from './room-page.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig(slow)
visitSharedSite()

/** A page that shows a room newer than its cached page. */
async function openRoom() {
  const log = createLog(() => site)
  await log.publish(2)
  await fetch(`${site.url}/en${log.path}`)
  const page = await browser.newPage()
  const sockets = socketsOf(page)
  await watchOrder(page)
  await page.goto(`${site.url}/en${log.path}`)
  await waitForLive(page)
  await log.publish(3)
  await waitForIds(page, log.ids)
  return { log, page, sockets }
}

function isPersisted(page: Page): Promise<boolean> {
  return page.evaluate(() => document.body.dataset.persisted === 'true')
}

test('I3: a link away and the back button never show an older state, whatever the router kept', async () => {
  const { log, page } = await openRoom()
  for (let round = 0; round < 3; round++) {
    await page.getByRole('link', { name: 'Machine' }).click()
    await page.waitForURL('**/machine')
    await log.publish(2)
    await page.goBack({ waitUntil: 'commit' })
    await waitForIds(page, log.ids)
  }
  expect(await violationsOf(page)).toEqual([])
  await page.close()
})

test('I3: nor do they after the room was let go of', async () => {
  const { log, page, sockets } = await openRoom()
  await page.getByRole('link', { name: 'Machine' }).click()
  await page.waitForURL('**/machine')
  await expect.poll(() => sockets[0]?.sent(`room:${log.room}`), patience).toContain('baro:unsubscribe')
  await log.publish(2)
  await page.goBack({ waitUntil: 'commit' })
  await waitForIds(page, log.ids)
  expect(await violationsOf(page)).toEqual([])
  await page.close()
})

test('I3: a page from the back-forward cache catches up from where it stood', async () => {
  const { log, page } = await openRoom()
  await page.evaluate(() => {
    addEventListener('pageshow', ({ persisted }) => {
      document.body.dataset.persisted = String(persisted)
    })
  })
  // Another document: the language switch.
  await page.getByRole('link', { name: '한국어' }).click()
  await page.waitForURL('**/ko/**')
  await log.publish(4)
  await page.goBack({ waitUntil: 'commit' })
  await waitForIds(page, log.ids)
  await waitForLive(page)
  expect(await isPersisted(page)).toBe(true)
  await log.publish(1)
  await waitForIds(page, log.ids)
  expect(await violationsOf(page)).toEqual([])
  await page.close()
})

test('how each second reached the browser stays what it was after a link away and Back', async () => {
  const page = await browser.newPage({ locale: 'en-US' })
  const arrivals = () =>
    page.$$eval('[data-offset]', (bars) =>
      Object.fromEntries(bars.map((bar) => [bar.getAttribute('data-offset'), bar.getAttribute('data-arrival')])),
    )
  await openBehind(page, '/en/machine', 'machine')
  await page.waitForSelector('[data-arrival=recovered][data-offset]')
  await page.waitForSelector('[data-arrival=live][data-offset]')
  await page.getByRole('button', { name: 'Pause' }).click()
  const before = await arrivals()
  await page.getByRole('link', { name: 'Rooms' }).click()
  await page.waitForURL('**/rooms/*')
  await page.goBack({ waitUntil: 'commit' })
  // Paused is paused, on each page.
  await page.getByRole('button', { name: 'Go on' }).click()
  const newest = Math.max(...Object.keys(before).map(Number))
  await page.waitForSelector(`[data-offset="${newest + 3}"]`)
  const after = await arrivals()
  // A minute is shown: the oldest have left.
  const oldest = Math.min(...Object.keys(after).map(Number))
  const shownStill = Object.entries(before).filter(([offset]) => Number(offset) >= oldest)
  expect(shownStill.map(([, arrival]) => arrival)).toEqual(expect.arrayContaining(['recovered', 'live']))
  expect(after).toMatchObject(Object.fromEntries(shownStill))
  await page.close()
})
