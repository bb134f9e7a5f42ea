import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { patience, slow } from './patience.ts'
import { createLog } from './publisher-log.ts'
import { waitForIds, waitForLive } from './room-page.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig(slow)

let contexts: BrowserContext[]

visitSharedSite()

beforeEach(() => {
  contexts = []
})

afterEach(async () => {
  for (const context of contexts) await context.close()
})

/** Opens a room as somebody with a browser of their own. */
async function open(path: string): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-US' })
  contexts.push(context)
  const page = await context.newPage()
  await page.goto(`${site.url}/en${path}`)
  await waitForLive(page)
  return page
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.getByRole('textbox', { name: 'Message' }).press('Enter')
  await page.locator('[data-id]:not([data-pending])').getByText(text, { exact: true }).waitFor()
}

/** What a room shows of each message: whether it is the reader's own, and whether its speaker went on. */
function shown(page: Page) {
  return page.$$eval('[role=log] [data-id]', (items) =>
    items.map((item) => {
      const marks = [item.hasAttribute('data-own') && 'own', item.hasAttribute('data-follows') && 'follows']
      return [item.querySelector('span')?.textContent, ...marks.filter(Boolean)].join(' ')
    }),
  )
}

test('two guests are two speakers, each sees which messages are their own, and no name is kept of either', async () => {
  const { path, room } = createLog(() => site)
  const [ada, eve] = [await open(path), await open(path)]
  await say(ada, 'one')
  await say(ada, 'two')
  await eve.getByText('two', { exact: true }).waitFor()
  await say(eve, 'three')
  await ada.getByText('three', { exact: true }).waitFor()
  await expect.poll(() => shown(ada), patience).toEqual(['one own', 'two own follows', 'three'])
  await expect.poll(() => shown(eve), patience).toEqual(['one', 'two follows', 'three own'])
  const names = await ada.$$eval('[data-id] b', (items) => items.map((item) => item.firstChild?.textContent))
  expect(new Set(names).size).toBe(2)
  for (const name of names) expect(name).toMatch(/^Guest [0-9a-f]{4}$/)
  const { snapshot } = await (await fetch(`${site.url}/baro/channels/room:${room}`)).json()
  for (const message of snapshot) expect(message).not.toHaveProperty('name')
  // The own ones are known again after a reload.
  await ada.reload()
  await waitForLive(ada)
  await expect.poll(() => shown(ada), patience).toEqual(['one own', 'two own follows', 'three'])
})

test('others see who is typing, and nobody sees oneself', async () => {
  const { path } = createLog(() => site)
  const [ada, eve] = [await open(path), await open(path)]
  await say(ada, 'hello')
  await ada.getByRole('textbox', { name: 'Message' }).pressSequentially('a')
  await eve.getByText(/^Guest [0-9a-f]{4} is typing$/).waitFor()
  expect(await ada.getByText('is typing').count()).toBe(0)
})

test('an address is a link that leads out, and what is none stays text', async () => {
  const page = await open(createLog(() => site).path)
  await say(page, 'see https://baro.example/a?b=1, and javascript:alert(1)')
  const link = page.getByRole('log').getByRole('link')
  expect(await link.count()).toBe(1)
  expect(await link.getAttribute('href')).toBe('https://baro.example/a?b=1')
  expect(await link.getAttribute('rel')).toContain('noopener')
})

test('after a click on Send the field has the focus again, and a syllable that was being composed is sent once', async () => {
  const page = await open(createLog(() => site).path)
  const keyboard = await page.context().newCDPSession(page)
  await page.getByRole('textbox', { name: 'Message' }).focus()
  await keyboard.send('Input.imeSetComposition', { text: '한', selectionStart: 1, selectionEnd: 1 })
  await page.getByRole('button', { name: 'Send' }).click()
  await expect.poll(() => shown(page), patience).toEqual(['한 own'])
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA')
  await page.keyboard.type('글')
  await page.keyboard.press('Enter')
  await expect.poll(() => shown(page), patience).toEqual(['한 own', '글 own follows'])
  expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('')
})

test('who has scrolled up is told of new messages, and is not moved', async () => {
  const log = createLog(() => site)
  await log.publish(60)
  const page = await open(log.path)
  await waitForIds(page, log.ids)
  const box = page.getByRole('log')
  // The page hears of it a frame later: what came in between was still read.
  await box.evaluate(
    (element) =>
      new Promise((heard) => {
        element.addEventListener('scroll', () => requestAnimationFrame(heard), { once: true })
        element.scrollTo({ top: -300 })
      }),
  )
  const topOf = () =>
    page.locator(`[data-id="${log.ids[40]}"]`).evaluate((one) => Math.round(one.getBoundingClientRect().top))
  await page.waitForFunction(() => (document.querySelector('[role=log]')?.scrollTop ?? 0) < -200)
  const before = await topOf()
  await log.publish(2)
  const button = page.getByRole('button', { name: '2 new messages' })
  await button.waitFor()
  expect(Math.abs((await topOf()) - before)).toBeLessThan(3)
  await button.click()
  await expect.poll(() => box.evaluate((element) => Math.round(element.scrollTop)), patience).toBe(0)
  expect(await button.count()).toBe(0)
})
