import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { violations } from './axe.ts'
import { openAsMember, say } from './member-page.ts'
import { patience, slow } from './patience.ts'
import { waitForLive } from './room-page.ts'
import { pages } from './site-pages.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig(slow)

visitSharedSite()
beforeAll(async () => {
  await site.publish('1', `axe-${Date.now()}`)
})

/** `npm run accessibility` is the long form: both languages at both widths. Else each page is seen once, every other one narrow. */
const isWhole = process.env.BARO_WHOLE !== undefined
const looks = ['en', 'ko'].flatMap((language) => [1_280, 390].map((width) => ({ language, width })))
const oneOf = (index: number) => looks.filter((_, place) => place === (index % 2 === 0 ? 0 : 3))
const seen = pages.flatMap((path, index) =>
  (isWhole ? looks : oneOf(index)).map(({ language, width }) => ({
    url: `/${language}${path}`,
    width,
  })),
)

async function open(path: string, width = 1_280): Promise<Page> {
  const page = await browser.newPage({ locale: 'en-US', viewport: { width, height: 844 } })
  await page.goto(site.url + path)
  if (!/transports|nothing|club|sign-in|how|benchmarks|docs|compare|inbox/.test(path)) await waitForLive(page)
  return page
}

/** What is too small to be hit by a finger (WCAG 2.5.8), with its size. */
function smallTargets(page: Page): Promise<readonly string[]> {
  return page.$$eval('a, button, summary, input:not([type=file], [type=radio]), textarea, label', (targets) =>
    targets.flatMap((target) => {
      const { width, height } = target.getBoundingClientRect()
      // A link within a sentence may be as high as its line, and what is not shown is no target.
      const isInSentence = target.closest('[role=log], article p, article li, article td') !== null
      const isHidden = width < 2 || !target.checkVisibility() || target.closest('.visually-hidden') !== null
      return isHidden || isInSentence || (width >= 24 && height >= 24)
        ? []
        : [`${target.outerHTML.slice(0, 90)} ${width}×${height}`]
    }),
  )
}

describe('axe finds nothing', () => {
  test.each(seen)('on $url at $width px, where each target is at least 24 px wide and high', async ({ url, width }) => {
    const page = await open(url, width)
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    expect(await smallTargets(page)).toEqual([])
    await page.close()
  })

  test.each(isWhole ? [1_280, 390] : [390])('in a room for members at %i px', async (width) => {
    const { context, page } = await openAsMember(browser, site.url, 'Ada Lovelace')
    await page.setViewportSize({ width, height: 844 })
    await say(page, `hello at ${width}`)
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    await context.close()
  })

  test('but it does where something is wrong', async () => {
    const page = await open('/en')
    await page.evaluate(() => document.querySelector('main')?.append(document.createElement('img')))
    expect((await violations(page)).join()).toContain('image-alt')
    await page.close()
  })
})

test('a word is found in the guides with the keyboard, and what is found is announced', async () => {
  const page = await open('/en/docs/faq', 390)
  await page.getByRole('searchbox', { name: 'Search the guides' }).focus()
  await page.keyboard.type('nginx')
  await expect.poll(() => page.getByRole('search').getByRole('status').textContent(), patience).toMatch(/^\d+ found$/)
  expect(await violations(page)).toEqual([])
  await page.getByRole('search').getByRole('link').first().focus()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/en/docs/deploy#nginx')
  await page.close()
})

test('what moves by itself can be paused, and goes on', async () => {
  const page = await open('/en/machine')
  const newest = () => page.locator('[data-offset]').last().getAttribute('data-offset')
  const strip = () => page.locator('[data-offset]').evaluateAll((bars) => bars.map((bar) => bar.outerHTML).join())
  await page.getByRole('button', { name: 'Pause' }).click()
  const [before, offset] = [await strip(), Number(await newest())]
  const head = async () =>
    (await (await fetch(`${site.url}/baro/channels/pulse`)).json()).snapshot.at(-1).offset as number
  await expect.poll(head, patience).toBeGreaterThan(offset + 2)
  expect(await strip()).toBe(before)
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect.poll(async () => Number(await newest()), patience).toBeGreaterThan(offset + 2)
  await page.close()
})

test('the values of a chart at any second are reached with the keyboard', async () => {
  const page = await open('/en/machine')
  await page.getByRole('button', { name: 'Pause' }).click()
  const slider = page.getByRole('slider', { name: 'Second to show' })
  expect(await slider.getAttribute('aria-valuetext')).toBe('now')
  await slider.focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  expect(await slider.getAttribute('aria-valuetext')).toBe('2 seconds ago')
  await page.keyboard.press('Home')
  const first = (await (await fetch(`${site.url}/baro/channels/machine`)).json()).snapshot.samples.length
  expect(first).toBeGreaterThan(2)
  expect(await slider.getAttribute('aria-valuetext')).toMatch(/^\d+ seconds ago$/)
  await page.close()
})

test('a second that was chosen stays chosen while new ones come', async () => {
  const page = await open('/en/machine')
  const slider = page.getByRole('slider', { name: 'Second to show' })
  await slider.focus()
  await page.keyboard.press('ArrowLeft')
  // The list grows until it has two minutes, and then moves on.
  const newest = async () =>
    `${await slider.getAttribute('max')} ${await page.locator('output').getAttribute('data-time')}`
  for (let sample = 0; sample < 2; sample++) {
    const before = await newest()
    await expect.poll(newest, patience).not.toBe(before)
  }
  expect(await slider.getAttribute('aria-valuetext')).toMatch(/^\d+ seconds? ago$/)
  await page.close()
})

test.each(['/en/nothing', '/rooms/A%20B'])('from %s, which is no page, there is a way on', async (path) => {
  const page = await browser.newPage()
  expect((await page.goto(site.url + path))?.status()).toBe(404)
  for (const name of ['Rooms', 'Machine', 'Transports', '홈', '대화방', '전송 방식'])
    expect(await page.getByRole('link', { name }).count(), name).toBe(1)
  await page.getByRole('link', { name: '대화방' }).click()
  await page.waitForURL('**/ko/rooms/1')
  await page.close()
})
