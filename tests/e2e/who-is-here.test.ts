import { type Client, createClient } from '@baro/client'
import { followMembers, track } from '@baro/client/members'
import type { BrowserContext, Page } from 'playwright-core'
import { describe, expect, test, vi } from 'vitest'
import { room } from '../../examples/site/channels/room.ts'
import { createBadProxy, type Fault } from './bad-proxy.ts'
import { complaintsOf } from './browser.ts'
import { createLink } from './cuttable-link.ts'
import { patience, slow } from './patience.ts'
import { waitForLive } from './room-page.ts'
import { browser, site, visitSite } from './visited-site.ts'

vi.setConfig(slow)
// As long as a page may take to load on a busy machine. That of the hub is tested on a fake clock: `presence/members.test.ts`.
visitSite({ leaveAfterMs: 12_000 })

/** How often a page is loaded again. To try more: `RELOADS=50 npx vitest run tests/e2e/who-is-here.test.ts`. */
const reloads = Number(process.env.RELOADS || 5)

let rooms = 0

/** A room of its own for each test, and what ends with it. */
class Stage {
  readonly id = `here-${rooms++}`
  readonly #onTestFinished: (end: () => Promise<void>) => void

  constructor({ onTestFinished }: { onTestFinished: (end: () => Promise<void>) => void }) {
    this.#onTestFinished = onTestFinished
  }

  #ends(end: () => unknown): void {
    this.#onTestFinished(async () => void (await end()))
  }

  connectClient(): Client {
    const client = createClient({ url: `${site.url}/baro` })
    this.#ends(() => client.close())
    return client
  }

  /** Who has left, as somebody who only looks is told; the list grows. */
  async watchLeaves(): Promise<readonly string[]> {
    const left: string[] = []
    const followed = followMembers(this.connectClient(), room({ id: this.id }))
    followed.on('leave', ({ state }) => left.push(state.name ?? ''))
    await vi.waitUntil(() => followed.status.state === 'live', patience)
    return left
  }

  async openContext(name: string): Promise<BrowserContext> {
    const context = await browser.newContext({ locale: 'en-US' })
    this.#ends(() => context.close())
    await context.addInitScript((value) => localStorage.setItem('nickname', value), name)
    return context
  }

  async open(context: BrowserContext, origin: string): Promise<Page> {
    const page = await context.newPage()
    await page.goto(`${origin}/en/rooms/${this.id}`)
    await waitForLive(page)
    return page
  }

  async proxyWith(fault: Fault): Promise<{ readonly url: string }> {
    const proxy = await createBadProxy(site.port)
    proxy.fault = fault
    this.#ends(() => proxy.close())
    return proxy
  }

  async linkTo(url: string) {
    const link = await createLink(Number(new URL(url).port))
    this.#ends(() => link.close())
    return link
  }
}

/** The names that a page shows, in order, once it says that they are those of now. */
async function shown(page: Page): Promise<string> {
  if ((await page.locator('[data-here]').count()) === 0) return 'not live'
  return (await page.locator('[data-member] bdi').allTextContents()).join()
}

// They mostly wait.
describe.concurrent('whoever is here', () => {
  // Beside others a test has an `expect` of its own.
  test('each sees the others; whose network dies is gone, over WebSocket and over SSE, and comes back once', async (given) => {
    const { expect } = given
    const stage = new Stage(given)
    const [wire, streams] = [
      await stage.linkTo(site.url),
      await stage.linkTo((await stage.proxyWith('refuses-upgrades')).url),
    ]
    const ada = await stage.open(await stage.openContext('Ada'), site.url)
    await expect.poll(() => shown(ada), patience).toBe('Ada')
    const ben = await stage.open(await stage.openContext('Ben'), wire.url)
    await expect.poll(() => shown(ada), patience).toBe('Ada,Ben')
    const eve = await stage.open(await stage.openContext('Eve'), streams.url)
    await eve.waitForSelector('[data-rung=sse]')
    for (const page of [ada, ben, eve]) await expect.poll(() => shown(page), patience).toBe('Ada,Ben,Eve')
    // A page is told which member it is a moment later.
    for (const page of [ada, ben, eve])
      await expect.poll(() => page.locator('[data-member][data-own]').count(), patience).toBe(1)

    const left = await stage.watchLeaves()
    wire.swallow()
    streams.swallow()
    await vi.waitUntil(() => left.includes('Ben') && left.includes('Eve'), patience)
    await expect.poll(() => shown(ada), patience).toBe('Ada')

    for (const [link, page] of [[wire, ben] as const, [streams, eve] as const]) {
      link.mend()
      // As a browser is told when the network is back.
      await page.evaluate(() => dispatchEvent(new Event('online')))
    }
    const sorted = async (page: Page) => (await shown(page)).split(',').sort().join()
    for (const page of [ada, ben, eve]) await expect.poll(() => sorted(page), patience).toBe('Ada,Ben,Eve')
  })

  test('who loads the page again and again never leaves', async (given) => {
    const { expect } = given
    const stage = new Stage(given)
    const left = await stage.watchLeaves()
    const ada = await stage.open(await stage.openContext('Ada'), site.url)
    const ben = await stage.open(await stage.openContext('Ben'), site.url)
    await expect.poll(() => shown(ada), patience).toBe('Ada,Ben')
    for (let load = 0; load < reloads; load++) {
      await ben.reload()
      await waitForLive(ben)
    }
    await expect.poll(() => shown(ben), patience).toBe('Ada,Ben')
    expect(left).toEqual([])
    await ben.close()
    await expect.poll(() => left, patience).toEqual(['Ben'])
    expect(await shown(ada)).toBe('Ada')
  })

  test('somebody with three tabs on three rungs is one, as long as one of them is open', async (given) => {
    const { expect } = given
    const stage = new Stage(given)
    const left = await stage.watchLeaves()
    const context = await stage.openContext('Ada')
    // Each tab has a link of its own, and they are of one browser although their origins differ.
    await context.addInitScript(() => {
      Object.defineProperty(navigator, 'locks', { value: undefined })
      localStorage.setItem('visitor', 'one-browser-on-three-networks')
    })
    const bad = [await stage.proxyWith('refuses-upgrades'), await stage.proxyWith('buffers-streams')]
    const [websocket, sse, longPoll] = (await Promise.all(
      [site, ...bad].map(({ url }) => stage.open(context, url)),
    )) as [Page, Page, Page]
    await websocket.waitForSelector('[data-rung=websocket]')
    await sse.waitForSelector('[data-rung=sse]')
    await longPoll.waitForSelector('[data-rung=long-poll]')
    const eve = await stage.open(await stage.openContext('Eve'), site.url)
    for (const page of [websocket, sse, longPoll, eve]) await expect.poll(() => shown(page), patience).toBe('Ada,Eve')
    await websocket.close()
    await sse.close()
    // He comes and goes after Ada’s tabs were closed: were she gone with them, it would be told before.
    const ben = await stage.open(await stage.openContext('Ben'), site.url)
    await ben.close()
    await expect.poll(() => left, patience).toEqual(['Ben'])
    expect(await shown(eve)).toBe('Ada,Eve')
  })
})

test('a cached page begins with who was here when it was rendered, as text, and goes on to who is', async (given) => {
  const stage = new Stage(given)
  const name = '<b>\u202eAda</b>'
  const tracking = track(stage.connectClient(), room({ id: stage.id }), { name })
  await vi.waitUntil(() => tracking.status.state === 'live', patience)
  const load = async () => (await fetch(`${site.url}/en/rooms/${stage.id}`)).text()
  // The first is rendered for this request, and the next comes from the cache.
  for (const html of [await load(), await load()]) expect(html).toContain('<bdi>&lt;b&gt;\u202eAda&lt;/b&gt;</bdi>')

  const left = await stage.watchLeaves()
  tracking.stop()
  await expect.poll(() => left, patience).toEqual([name])
  expect(await load()).toContain('Ada&lt;/b&gt;</bdi>')

  const page = await (await stage.openContext('Ben')).newPage()
  const complaints = complaintsOf(page)
  await page.addInitScript(() => {
    Object.assign(window, { shift: 0 })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) Object.assign(window, { shift: window.shift + entry.value })
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await page.goto(`${site.url}/en/rooms/${stage.id}`)
  await expect.poll(() => shown(page), patience).toBe('Ben')
  expect(await page.evaluate(() => window.shift)).toBeLessThan(0.1)
  expect(complaints).toEqual([])
})

declare global {
  interface Window {
    /** How much the layout has moved by itself. */
    readonly shift: number
  }
  interface PerformanceEntry {
    readonly value: number
  }
}

test('one’s name is told as it is typed, and who types is marked beside it', async (given) => {
  const stage = new Stage(given)
  const ada = await stage.open(await stage.openContext(''), site.url)
  const eve = await stage.open(await stage.openContext('Eve'), site.url)
  await expect.poll(() => shown(eve), patience).toMatch(/^Guest [0-9a-f]{4},Eve$/)
  await ada.getByRole('textbox', { name: 'Name' }).fill('Ada')
  await expect.poll(() => shown(eve), patience).toBe('Ada,Eve')
  await ada.getByRole('textbox', { name: 'Message' }).press('a')
  await eve.locator('[data-member]', { hasText: 'Ada' }).locator('[data-typing]').waitFor()
})

test('what comes while nobody looks is counted in the title, and marked in the log', async (given) => {
  const stage = new Stage(given)
  const [ada, eve] = [
    await stage.open(await stage.openContext('Ada'), site.url),
    await stage.open(await stage.openContext('Eve'), site.url),
  ]
  const say = async (text: string) => {
    await eve.getByRole('textbox', { name: 'Message' }).fill(text)
    await eve.getByRole('textbox', { name: 'Message' }).press('Enter')
    await ada.getByRole('log').getByText(text, { exact: true }).waitFor({ state: 'attached' })
  }
  const title = await ada.title()
  await say('before')
  await look(ada, 'hidden')
  await say('one')
  await say('two')
  await expect.poll(() => ada.title(), patience).toBe(`(2) ${title}`)
  await look(ada, 'visible')
  await expect.poll(() => ada.title(), patience).toBe(title)
  await say('after')
  const items = await ada.getByRole('log').getByRole('listitem').allTextContents()
  expect(items.map((text) => /before|one|two|after|New messages/.exec(text)?.[0])).toEqual([
    'before',
    'New messages',
    'one',
    'two',
    'after',
  ])
})

/** Headless pages are always visible; this is what they would be told. */
async function look(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { value, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)
}
