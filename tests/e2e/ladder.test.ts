import type { Page } from 'playwright-core'
import { describe, expect, type TestContext, test, vi } from 'vitest'
import { type BadProxy, createBadProxy, type Fault } from './bad-proxy.ts'
import { slow } from './patience.ts'
import { createLog } from './publisher-log.ts'
import { shownIds, violationsOf, waitForIds, waitForLive, watchOrder } from './room-page.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig(slow)
visitSharedSite()

/** A network of its own for each test; it ends with the test. */
async function proxyWith(fault: Fault, { onTestFinished }: TestContext): Promise<BadProxy> {
  const proxy = await createBadProxy(site.port)
  onTestFinished(() => proxy.close())
  proxy.fault = fault
  return proxy
}

async function openRoom(url: string): Promise<Page> {
  // A context of its own: what worked before on this network is forgotten.
  const page = await (await browser.newContext()).newPage()
  await watchOrder(page)
  await page.goto(url)
  return page
}

const faults: readonly (readonly [Fault, string])[] = [
  ['refuses-upgrades', 'sse'],
  ['swallows-upgrades', 'sse'],
  ['buffers-streams', 'long-poll'],
]

// They mostly wait.
describe.concurrent('a page behind a proxy', () => {
  test.for(faults)(
    'that %s is live over %s, misses and doubles nothing, and climbs back',
    async ([fault, rung], given) => {
      const proxy = await proxyWith(fault, given)
      const log = createLog(() => site)
      await log.publish(2)
      const page = await openRoom(proxy.url + log.path)
      await log.publish(2)
      await waitForIds(page, log.ids)
      await page.waitForSelector(`[data-rung=${rung}]`)
      await log.publish(3)
      await waitForIds(page, log.ids)

      proxy.fault = 'none'
      await page.waitForSelector('[data-rung=websocket]')
      await waitForLive(page)
      await log.publish(2)
      await waitForIds(page, log.ids)
      expect(await violationsOf(page)).toEqual([])
      await page.context().close()
    },
  )

  test('that cuts after three seconds stays complete through every cut', async (given) => {
    const proxy = await proxyWith('cuts-after-three-seconds', given)
    const log = createLog(() => site)
    const page = await openRoom(proxy.url + log.path)
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
