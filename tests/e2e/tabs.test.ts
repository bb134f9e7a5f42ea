import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type BadProxy, createBadProxy } from './bad-proxy.ts'
import { socketsOf, type WatchedSocket } from './browser.ts'
import { patience, slow } from './patience.ts'
import { createLog } from './publisher-log.ts'
import { violationsOf, waitForIds, waitForLive, watchOrder } from './room-page.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig({ ...slow, testTimeout: 120_000 })
visitSharedSite()

let proxy: BadProxy
let context: BrowserContext

beforeAll(async () => {
  proxy = await createBadProxy(site.port)
})
beforeEach(async () => {
  context = await browser.newContext()
})
afterEach(async () => {
  await context.close()
  await vi.waitUntil(async () => (await sessions()) === 0, patience)
})
afterAll(async () => {
  proxy?.close()
})

interface Tab {
  readonly page: Page
  readonly sockets: readonly WatchedSocket[]
}

async function openTab(url: string): Promise<Tab> {
  const page = await context.newPage()
  const sockets = socketsOf(page)
  await watchOrder(page)
  await page.goto(url)
  await waitForLive(page)
  return { page, sockets }
}

async function openTabs(count: number, url: string): Promise<readonly Tab[]> {
  const tabs: Tab[] = []
  for (let index = 0; index < count; index++) tabs.push(await openTab(url))
  return tabs
}

async function sessions(): Promise<number> {
  return ((await (await fetch(`${site.url}/baro/health`)).json()) as { sessions: number }).sessions
}

const everywhere = (tabs: readonly Tab[], ids: readonly string[]) =>
  Promise.all(tabs.map(({ page }) => waitForIds(page, ids)))

test('ten tabs have one connection, and when the tab that leads is closed nothing is missed', async () => {
  const log = createLog(() => site)
  await log.publish(2)
  const tabs = await openTabs(10, site.url + log.path)
  await log.publish(2)
  await everywhere(tabs, log.ids)
  expect(tabs.flatMap(({ sockets }) => sockets)).toHaveLength(1)
  expect(await sessions()).toBe(1)

  const others = tabs.filter(({ sockets }) => sockets.length === 0)
  const leader = tabs.find(({ sockets }) => sockets.length > 0)
  const closing = leader?.page.close()
  await log.publish(3)
  await closing
  const closed = performance.now()
  await log.publish(3)
  await everywhere(others, log.ids)
  console.log(`nine tabs are complete ${Math.round(performance.now() - closed)} ms after the leader was closed`)
  expect(others).toHaveLength(9)
  expect(others.flatMap(({ sockets }) => sockets)).toHaveLength(1)
  for (const { page } of others) expect(await violationsOf(page)).toEqual([])
  await vi.waitUntil(async () => (await sessions()) === 1, patience)
})

test('the seventh tab loads where only HTTP/1.1 gets through: all of them share one stream', async () => {
  proxy.fault = 'refuses-upgrades'
  const log = createLog(() => site)
  const tabs = await openTabs(8, proxy.url + log.path)
  await log.publish(2)
  await everywhere(tabs, log.ids)
  for (const { page } of tabs) expect(await page.locator('[data-rung=sse]').count()).toBe(1)
  expect(await sessions()).toBe(1)
})

test('without Web Locks each tab has its own, and one that nobody looks at lets go of its stream', async () => {
  await context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }))
  proxy.fault = 'refuses-upgrades'
  const log = createLog(() => site)
  const hidden: Tab[] = []
  for (let index = 0; index < 8; index++) {
    const tab = await openTab(proxy.url + log.path)
    await log.publish(1)
    await waitForIds(tab.page, log.ids)
    await look(tab.page, 'hidden')
    hidden.push(tab)
  }
  await vi.waitUntil(async () => (await sessions()) === 0, patience)
  await log.publish(2)
  const back = hidden[2]?.page
  if (!back) throw new Error('there is no such tab')
  await look(back, 'visible')
  await waitForIds(back, log.ids)
  expect(await violationsOf(back)).toEqual([])
})

/** Headless pages are always visible; this is what they would be told. */
async function look(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { value, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)
}
