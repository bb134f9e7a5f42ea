import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type BadProxy, createBadProxy, type Fault } from './bad-proxy.ts'
import { slow } from './patience.ts'
import { createLog } from './publisher-log.ts'
import { shownIds, violationsOf, waitForIds, waitForLive, watchOrder } from './room-page.ts'
import { browser, site, visitSite } from './visited-site.ts'

/** No network may keep a page from being live for longer. */
const hardLimitMs = 30_000

vi.setConfig({ ...slow, testTimeout: 4 * hardLimitMs })
visitSite()

let proxy: BadProxy

beforeAll(async () => {
  proxy = await createBadProxy(site.port)
})

afterAll(async () => {
  proxy?.close()
})

async function openRoom(path: string): Promise<Page> {
  // A context of its own: what worked before on this network is forgotten.
  const page = await (await browser.newContext()).newPage()
  page.setDefaultTimeout(hardLimitMs)
  await watchOrder(page)
  await page.goto(proxy.url + path)
  return page
}

const faults: readonly (readonly [Fault, string])[] = [
  ['refuses-upgrades', 'sse'],
  ['swallows-upgrades', 'sse'],
  ['buffers-streams', 'long-poll'],
]

describe('a page behind a proxy', () => {
  test.each(faults)('that %s is live over %s, misses and doubles nothing, and climbs back', async (fault, rung) => {
    proxy.fault = fault
    const log = createLog(() => site)
    await log.publish(2)
    const page = await openRoom(log.path)
    const opened = performance.now()
    await log.publish(2)
    await waitForIds(page, log.ids)
    await page.waitForSelector(`[data-rung=${rung}]`)
    console.log(`behind a proxy that ${fault}: live over ${rung} after ${Math.round(performance.now() - opened)} ms`)
    await log.publish(3)
    await waitForIds(page, log.ids)

    proxy.fault = 'none'
    await page.waitForSelector('[data-rung=websocket]')
    await waitForLive(page)
    await log.publish(2)
    await waitForIds(page, log.ids)
    expect(await violationsOf(page)).toEqual([])
    await page.context().close()
  })

  test('that cuts after three seconds stays complete through every cut', async () => {
    proxy.fault = 'cuts-after-three-seconds'
    const log = createLog(() => site)
    const page = await openRoom(log.path)
    await waitForLive(page)
    for (let cut = 0; cut < 3; cut++) {
      await page.waitForSelector('[data-connection=waiting], [data-connection=connecting]')
      await log.publish(2)
      await waitForIds(page, log.ids)
    }
    expect(await shownIds(page)).toEqual(log.ids)
    expect(await violationsOf(page)).toEqual([])
    await page.context().close()
  })
})
