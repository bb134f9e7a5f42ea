import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StateOf } from '@baro/core'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { products } from '../../examples/site/channels/shop.ts'
import { violations } from './axe.ts'
import { complaintsOf, launchBrowser } from './browser.ts'
import { patience, slow } from './patience.ts'
import { waitForLive } from './room-page.ts'
import { type Site, startSite } from './site.ts'

vi.setConfig(slow)

const folder = mkdtempSync(join(tmpdir(), 'baro-rows-'))
let site: Site
let browser: Awaited<ReturnType<typeof launchBrowser>>
let opened: Page[] = []

beforeAll(async () => {
  site = await startSite({ folder, database: true })
  browser = await launchBrowser()
})
afterEach(async () => {
  for (const page of opened) await page.context().close()
  opened = []
})
afterAll(async () => {
  await browser?.close()
  await site?.kill()
  rmSync(folder, { recursive: true, force: true })
})

/** A page in a context of its own, as another person has it. */
async function open(path: string): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage()
  opened.push(page)
  await page.goto(site.url + path)
  await waitForLive(page)
  return page
}

const stocks = (page: Page) =>
  page.$$eval('[data-stock]', (items) => items.map((item) => Number(item.getAttribute('data-stock'))))
/** As far as the hub has heard of the database. */
const stocksInHub = async () => {
  const answer = await fetch(`${site.url}/baro/channels/${products().channel}?view=state`)
  const { rows }: StateOf<typeof products> = await answer.json()
  return [...rows].sort((one, other) => one.id - other.id).map(({ stock }) => stock)
}
const stocksInDatabase = async () =>
  (await site.sql('select stock from baro_site.products order by id')).map(({ stock }) => stock)

/** What the page showed when it first said that it was live. */
async function noteFirstLive(page: Page): Promise<void> {
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('[data-connection=live]')) return
      observer.disconnect()
      const shown = [...document.querySelectorAll('[data-stock]')].map((item) =>
        Number(item.getAttribute('data-stock')),
      )
      Object.assign(window, { firstLive: shown })
    }).observe(document, { subtree: true, childList: true, attributes: true })
  })
}

test('I12: a cached shop that a thousand changes followed is right when it is first live, and is not fetched again', async () => {
  await fetch(`${site.url}/en/shop`)
  const cached = await vi.waitFor(async () => {
    const answer = await fetch(`${site.url}/en/shop`)
    expect(answer.headers.get('cache-status')).toMatch(/^Baro; hit; ttl=\d/)
    return answer.text()
  }, patience)
  const before = await stocksInDatabase()
  expect([...cached.matchAll(/data-stock="(\d+)"/g)].map(([, stock]) => Number(stock))).toEqual(before)
  // Twenty transactions of fifty changes.
  for (let round = 0; round < 20; round++)
    await site.sql(`do $$ begin for one in 1..50 loop
      update baro_site.products set stock = (stock * 7 + one + ${round}) % 500 where id = 1 + one % 6; end loop; end $$`)

  // Until then the page that is kept is current, as far as anybody can know.
  const right = await stocksInDatabase()
  expect(right).not.toEqual(before)
  await expect.poll(stocksInHub, patience).toEqual(right)

  const page = await (await browser.newContext({ locale: 'en-US' })).newPage()
  opened.push(page)
  const complaints = complaintsOf(page)
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await noteFirstLive(page)
  const answer = await page.goto(`${site.url}/en/shop`)
  // Behind, and served while one render runs.
  expect(answer?.headers()['cache-status']).toMatch(/^Baro; hit; .*detail=behind/)
  await waitForLive(page)
  expect(await page.evaluate(() => (window as unknown as { firstLive: number[] }).firstLive)).toEqual(right)
  expect(await page.getAttribute('[data-hand-over]', 'data-hand-over')).toBe('recovered')
  expect(asked.filter((path) => path === '/en/shop')).toHaveLength(1)
  expect(complaints).toEqual([])

  await site.sql('update baro_site.products set stock = 77 where id = 3')
  await page.waitForSelector('[data-product="3"][data-stock="77"]', { timeout: patience.timeout })
})

test('the last one is sold once, whoever clicks', async () => {
  await site.sql('update baro_site.products set stock = 1 where id = 6')
  const [one, other] = await Promise.all([open('/en/shop'), open('/en/shop')])
  for (const page of [one, other]) await page.waitForSelector('[data-product="6"][data-stock="1"]')
  const height = () => one.locator('[data-product="6"]').evaluate((item) => item.getBoundingClientRect().height)
  const before = await height()
  // Pressed at once, wherever the pointer is: whoever is later may find it sold already.
  const press = (page: Page) =>
    page.$eval('[data-product="6"] button[value=buy]', (button) => (button as HTMLButtonElement).click())
  await Promise.all([one, other].map(press))
  for (const page of [one, other]) {
    await page.waitForSelector('[data-product="6"][data-stock="0"]', { timeout: patience.timeout })
    await page.locator('[data-product="6"]').getByText('Sold out').waitFor()
    expect(await page.locator('[data-product="6"]').getByRole('button', { name: 'Buy' }).isDisabled()).toBe(true)
  }
  expect((await stocksInDatabase())[5]).toBe(0)
  // The page does not jump for the button that comes.
  expect(await height()).toBe(before)
  await one.locator('[data-product="6"]').getByRole('button', { name: 'Restock' }).click()
  for (const page of [one, other])
    await page.waitForSelector('[data-product="6"][data-stock="10"]', { timeout: patience.timeout })
})

test('an article that somebody edits changes on the page of somebody else, and comes first in the list', async () => {
  const [list, reader, editor] = await Promise.all([open('/en/news'), open('/en/news/4'), open('/en/news/4')])
  await editor.getByLabel('Headline').fill('Edited <b>by</b> hand')
  await editor.getByRole('button', { name: 'Save' }).click()
  await reader.getByRole('heading', { level: 1, name: 'Edited <b>by</b> hand' }).waitFor()
  await list.waitForFunction(() => document.querySelector('[data-article]')?.getAttribute('data-article') === '4')
  expect(await list.locator('[data-article] h2').first().textContent()).toBe('Edited <b>by</b> hand')
  // The Korean list is another filter.
  expect(await (await open('/ko/news')).locator('[data-article]').count()).toBe(3)
})

test('an order book of eight shows the best eight, also when thirty go at once', async () => {
  await site.sql(`insert into baro_site.orders (side, price, quantity, trader, is_bot)
    select 'sell', 2000 + one, 1, 'test', false from generate_series(1, 60) as one`)
  const page = await open('/en/market')
  const shown = () =>
    page.$$eval('[data-side=sell] [data-order]', (rows) => rows.map((row) => Number(row.getAttribute('data-order'))))
  const best = async () =>
    (
      await site.sql(
        `select id::int as id from baro_site.orders where side = 'sell' order by price, baro_site.orders.id limit 8`,
      )
    ).map(({ id }) => id)
  const isBest = () =>
    // Bots go on meanwhile.
    vi.waitFor(async () => expect(await shown()).toEqual(await best()), { ...patience, interval: 100 })
  await isBest()
  await site.sql(`delete from baro_site.orders where id in
    (select id from baro_site.orders where side = 'sell' order by price, id limit 30)`)
  await isBest()
})

test('two visitors trade, and the trade is the quote of both', async () => {
  const [seller, buyer] = await Promise.all([open('/en/market'), open('/en/market')])
  // Cheaper than all bots.
  await seller.getByLabel('Name').fill('Ada')
  await seller.getByLabel('Price').fill('2')
  await site.sql(`delete from baro_site.orders where side = 'buy'`)
  await seller.getByRole('button', { name: 'Sell' }).click()
  await buyer.getByLabel('Name').fill('지우')
  await buyer.getByLabel('Price').fill('9000')
  await buyer.getByRole('button', { name: 'Buy' }).click()
  for (const page of [seller, buyer]) await page.getByText(/→/).first().waitFor()
  const traded = await site.sql(
    `select count(*)::int as count from baro_site.trades where buyer = '지우' or seller = 'Ada'`,
  )
  expect(Number(traded[0]?.count)).toBeGreaterThan(0)
})

test.each([
  ['/en/shop', 390],
  ['/ko/news', 1_280],
  ['/en/news/4', 390],
  ['/ko/market', 390],
] as const)('axe finds nothing on %s, %i wide, and nothing is wider than the page', async (path, width) => {
  const page = await open(path)
  await page.setViewportSize({ width, height: 844 })
  expect(await violations(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
})

test('without a script one buys, edits and trades, and sees it on the page that comes', async () => {
  const page = await (await browser.newContext({ locale: 'en-US', javaScriptEnabled: false })).newPage()
  opened.push(page)
  await site.sql('update baro_site.products set stock = 21 where id = 2')
  await page.goto(`${site.url}/en/shop`)
  await page.locator('[data-product="2"]').getByRole('button', { name: 'Buy' }).click()
  // The page that comes has the address of the page that was there: only what it shows tells them apart.
  await page.locator('[data-product="2"][data-stock="20"]').waitFor()
  expect(await stocksInDatabase()).toContain(20)

  await page.goto(`${site.url}/en/news/5`)
  await page.getByLabel('Headline').fill('By hand, without a script')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { level: 1, name: 'By hand, without a script' }).waitFor()

  // The bots trade around the last price and may take what waits at any time, but what was traded stays.
  await site.sql(`insert into baro_site.orders (side, price, quantity, trader, is_bot)
    values ('sell', 500, 1000, 'test', false)`)
  await page.goto(`${site.url}/en/market`)
  await page.getByLabel('Name').fill('Bob')
  await page.getByLabel('Price').fill('9000')
  await page.getByRole('button', { name: 'Buy' }).click()
  const bought = () => site.sql(`select quantity from baro_site.trades where buyer = 'Bob'`)
  await expect.poll(bought).toEqual([{ quantity: 1 }])
})

test('after kill -9 a page goes on from where it was, and what happened meanwhile is on it', async () => {
  const page = await open('/en/shop')
  await site.sql('update baro_site.products set stock = 11 where id = 1')
  await page.waitForSelector('[data-product="1"][data-stock="11"]')
  const { port } = site
  await site.kill()
  site = await startSite({ folder, database: true, port })
  await site.sql('update baro_site.products set stock = 12 where id = 1')
  await page.waitForSelector('[data-product="1"][data-stock="12"]', { timeout: patience.timeout })
  expect(await stocks(page)).toEqual(await stocksInDatabase())
})
