import { expect, test, vi } from 'vitest'
import { complaintsOf } from './browser.ts'
import { patience, slow } from './patience.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig(slow)
visitSharedSite()

const ways = ['isr', 'isr-live', 'ssr-live', 'web-socket', 'polling']

test('/compare measures five ways live: those with Baro are the fresh ones, and the empty pages say nothing to a crawler', async () => {
  const page = await browser.newPage({ locale: 'en-US', viewport: { width: 390, height: 844 } })
  const complaints = complaintsOf(page)
  await page.goto(`${site.url}/en/compare`)
  // By keyboard.
  await page.getByRole('button', { name: 'Measure' }).focus()
  const state = () => page.locator('[data-comparison]').getAttribute('data-comparison')
  // A key that is pressed before the page listens is pressed in vain.
  await expect
    .poll(async () => {
      if ((await state()) === 'ready') await page.keyboard.press('Enter')
      return state()
    }, patience)
    .toBe('running')
  const number = async (way: string, attribute: string) =>
    Number(await page.locator(`[data-way=${way}] [${attribute}]`).getAttribute(attribute))
  const average = (way: string) => number(way, 'data-average-stale')
  // Until the page that is cached by time has been wrong for a while.
  await expect.poll(() => average('isr'), patience).toBeGreaterThan(1_500)
  for (const way of ways) await expect.poll(() => average(way), patience).toBeGreaterThanOrEqual(0)
  const ahead = async (way: string) => (await average('isr')) - (await average(way))
  for (const way of ['isr-live', 'ssr-live', 'web-socket'])
    await expect.poll(() => ahead(way), patience).toBeGreaterThan(0)
  const inHtml = (way: string) => page.locator(`[data-way=${way}] td`).last().textContent()
  for (const way of ['isr', 'isr-live', 'ssr-live']) expect(await inHtml(way)).toMatch(/\d %/)
  for (const way of ['web-socket', 'polling']) expect(await inHtml(way)).toContain('nothing')
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  expect(complaints).toEqual([])
  await page.close()
})

test('the lines of code and what a crawler reads are there without JavaScript, in Korean too', async () => {
  const html = await (await fetch(`${site.url}/ko/compare`)).text()
  expect(html).toContain('위치로 캐시한 뒤 실시간')
  expect(html.match(/data-way="/g)?.length).toBe(ways.length)
  // What the measured pages say for themselves.
  const pages = await Promise.all(ways.map(async (way) => (await fetch(`${site.url}/compare/pages/${way}`)).text()))
  expect(pages.map((text) => /data-busy/.test(text))).toEqual([true, true, true, false, false])
})
