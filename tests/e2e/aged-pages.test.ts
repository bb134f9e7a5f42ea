/** A page that a cache has kept for a day, opened after everything behind it has changed. */
import { createMemoryBroker } from '@baro/server'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createFrontCache, type FrontCache } from './aged-page/front-cache.ts'
import { type StoryNode, startStoryNode } from './aged-page/node.tsx'
import { complaintsOf, launchBrowser } from './browser.ts'
import { shiftOf, watchShifts } from './layout-shift.ts'
import { patience, slow } from './patience.ts'
import { createSlowLink } from './slow-link.ts'

vi.setConfig(slow)

let browser: Browser
let cache: FrontCache | undefined
let node: StoryNode | undefined

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(() => browser?.close())

afterEach(async () => {
  cache?.close()
  await node?.stop()
})

const linesOf = (count: number, name: string) => Array.from({ length: count }, (_, index) => `${name} ${index}`)

/** What has happened while the page was kept. */
interface Meanwhile {
  /** The channel has forgotten what follows the page. */
  readonly isTrimmed: boolean
  /** The definition has another version. */
  readonly isChanged: boolean
  /** The node has started again, and its broker lost everything. */
  readonly isRestarted: boolean
}

/** A page of yesterday in a cache, and a node as it is today. */
async function aDayLater({ isTrimmed, isChanged, isRestarted }: Meanwhile) {
  const broker = createMemoryBroker()
  const kept = isTrimmed ? 5 : 1_000
  const before = await startStoryNode(broker, { version: '1', kept })
  await before.publish(...linesOf(3, 'yesterday'))
  cache = await createFrontCache(before.port)
  const html = await (await fetch(cache.url)).text()
  for (const line of linesOf(3, 'yesterday')) expect(html).toContain(`<li>${line} (1)</li>`)
  await before.publish(...linesOf(isTrimmed ? 30 : 2, 'overnight'))
  node = before
  if (isChanged || isRestarted) {
    await before.stop()
    node = await startStoryNode(isRestarted ? createMemoryBroker() : broker, { version: isChanged ? '2' : '1', kept })
    cache.target = node.port
    await node.publish(...linesOf(isTrimmed && isRestarted ? 30 : 2, 'today'))
  }
  return { cache, node }
}

/** Opens the page of the cache, and counts how often it is loaded. */
async function open(url: string) {
  const page = await (await browser.newContext()).newPage()
  const complaints = complaintsOf(page)
  let loads = 0
  page.on('request', (request) => {
    if (request.isNavigationRequest()) loads++
  })
  await page.goto(url)
  return { page, complaints, loads: () => loads }
}

const shown = (page: Page) => page.locator('li').allInnerTexts()
const stateOf = (page: Page) => page.locator('main').getAttribute('data-state')

const each = [false, true]
const cases = each.flatMap((isTrimmed) =>
  each.flatMap((isChanged) =>
    each.map((isRestarted) => {
      const changes = [
        isTrimmed && 'its history was trimmed',
        isChanged && 'its version changed',
        isRestarted && 'its node lost everything',
      ].filter((one) => one !== false)
      return [changes.join(', ') || 'nothing happened', { isTrimmed, isChanged, isRestarted }] as const
    }),
  ),
)

describe('a page that was cached for a day', () => {
  test.each(cases)('I3 I4: is right, without a loop of reloads, after %s', async (_, meanwhile) => {
    const { cache, node } = await aDayLater(meanwhile)
    const { page, complaints, loads } = await open(cache.url)
    await expect.poll(() => shown(page), patience).toEqual(await node.state())
    await expect.poll(() => stateOf(page), patience).toBe('live')
    // It goes on from there, in the document that it has: past the cache it was asked for once, if that was needed at all.
    await page.evaluate(() => document.body.setAttribute('data-not-reloaded', ''))
    for (const line of linesOf(3, 'now')) {
      await node.publish(line)
      await expect.poll(() => shown(page), patience).toEqual(await node.state())
    }
    expect(loads()).toBe(meanwhile.isChanged ? 2 : 1)
    expect(await page.locator('body[data-not-reloaded]').count()).toBe(1)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('is loaded again once, and keeps what it shows, where its cache goes on serving it after a new version', async () => {
    const { cache, node } = await aDayLater({ isTrimmed: true, isChanged: true, isRestarted: true })
    cache.obeys = false
    const { page, loads } = await open(cache.url)
    await expect.poll(loads, patience).toBe(2)
    await expect.poll(() => stateOf(page), patience).toBe('outdated')
    await node.publish(...linesOf(3, 'now'))
    // Whoever is outdated asks no more: somebody else, who comes later, is told already.
    const other = await open(cache.url)
    await expect.poll(other.loads, patience).toBe(2)
    await expect.poll(() => stateOf(other.page), patience).toBe('outdated')
    expect(loads()).toBe(2)
    expect(await stateOf(page)).toBe('outdated')
    expect(await shown(page)).toEqual(linesOf(3, 'yesterday').map((line) => `${line} (1)`))
    for (const one of [page, other.page]) await one.context().close()
  })
})

test('a page from before 300 publications, 100 ms away, is painted at once and right within four round trips of its script', async () => {
  node = await startStoryNode(createMemoryBroker(), { version: '1', kept: 1_000 })
  await node.publish(...linesOf(30, 'before'))
  const link = await createSlowLink(node.port, 50)
  const html = await (await fetch(link.url)).text()
  const before = linesOf(30, 'before').map((line) => `${line} (1)`)
  expect(html).toContain('<title>Story</title>')
  for (const line of before.slice(-20)) expect(html).toContain(`<li>${line}</li>`)
  await node.publish(...linesOf(300, 'since'))

  const page = await (await browser.newContext()).newPage()
  const complaints = complaintsOf(page)
  await watchShifts(page)
  link.hold()
  link.allow(4)
  const answer = await page.goto(link.url, { waitUntil: 'commit' })
  expect(answer?.headers()['cache-status']).toMatch(/^Baro; hit; .*detail=behind; behind=300$/)
  // Nothing but the page has come so far.
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
  expect(await shown(page)).toEqual(before.slice(-20))
  link.release()
  await expect.poll(() => shown(page), patience).toEqual(await node.state())
  expect(await stateOf(page)).toBe('live')
  expect(link.roundTrips()).toBeGreaterThan(1)
  expect(link.roundTrips()).toBeLessThanOrEqual(4)
  expect(await shiftOf(page)).toBeLessThanOrEqual(0.1)
  expect(complaints).toEqual([])
  await page.context().close()
  link.close()
})
