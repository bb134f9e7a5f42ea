import type { Page } from 'playwright-core'
import { afterEach, expect, test, vi } from 'vitest'
import { type BadProxy, createBadProxy } from './bad-proxy.ts'
import { complaintsOf } from './browser.ts'
import { patience, slow } from './patience.ts'
import { waitForLive } from './room-page.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig(slow)
visitSharedSite()

let proxy: BadProxy | undefined
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
  proxy?.close()
  proxy = undefined
})

async function open(path: string, from = site.url): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage()
  await page.goto(from + path)
  return page
}

/** Asks for a text in a page, and returns the path of it. */
async function begin(page: Page, prompt: string): Promise<string> {
  await page.getByRole('textbox', { name: 'What shall it be about?' }).fill(prompt)
  await page.getByRole('button', { name: 'Write' }).click()
  await page.waitForURL(/\/en\/stream\/[\w-]{8,}$/)
  await page.locator('[data-text]').waitFor()
  return new URL(page.url()).pathname
}

const shown = (page: Page) => page.locator('[data-text]').textContent()
const stateOf = async (path: string) =>
  (await fetch(`${site.url}/baro/channels/text:${path.split('/').at(-1)}?view=state`)).json()
const ended = (page: Page) => page.locator('[data-end]:not([data-end=writing])').waitFor()

/** Keeps each text that a page shows and that is no longer beginning of the one before it. */
async function watchText(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(`
    window.breaks = []
    let before = document.querySelector('[data-text]').textContent
    new MutationObserver(() => {
      const now = document.querySelector('[data-text]').textContent
      if (!now.startsWith(before)) breaks.push(before + ' → ' + now)
      before = now
    }).observe(document.querySelector('[data-text]'), { subtree: true, childList: true, characterData: true })
  `)
  return () => page.evaluate(() => (window as unknown as { breaks: readonly string[] }).breaks)
}

test('three browsers, one behind a proxy that cuts every three seconds, read the same text to its end, also after a reload', async () => {
  proxy = await createBadProxy(site.port)
  proxy.fault = 'cuts-after-three-seconds'
  const first = await open('/en/stream')
  const complaints = complaintsOf(first)
  const path = await begin(first, '터널 <b>속</b>의 🚄')
  const [second, third] = [await open(path), await open(path, proxy.url)]
  const breaks = [await watchText(first), await watchText(third)]
  const before = (await shown(second)) ?? ''
  await second.reload()
  expect((await shown(second))?.startsWith(before)).toBe(true)
  for (const page of [first, second, third]) await ended(page)
  const state = await stateOf(path)
  expect(state).toMatchObject({ end: 'finished', asked: { prompt: '터널 <b>속</b>의 🚄' } })
  expect(state.text.length).toBeGreaterThan(500)
  for (const page of [first, second, third]) expect(await shown(page)).toBe(state.text)
  for (const found of breaks) expect(await found()).toEqual([])
  expect(complaints).toEqual([])
  // Whoever has no script reads all of it.
  const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
  await plain.goto(site.url + path)
  expect(await shown(plain)).toBe(state.text)
  expect(await plain.locator('[data-end]').getAttribute('data-end')).toBe('finished')
})

test('whoever asked stops it, in all browsers; others have no such button, and who asks the server is refused', async () => {
  const first = await open('/en/stream')
  const path = await begin(first, 'a river')
  const second = await open(path)
  await waitForLive(second)
  await expect.poll(async () => (await shown(second))?.length, patience).toBeGreaterThan(20)
  expect(await second.getByRole('button', { name: 'Stop' }).count()).toBe(0)
  await first.getByRole('button', { name: 'Stop' }).click()
  for (const page of [first, second]) await page.locator('[data-end=stopped]').waitFor()
  const { text, end } = await stateOf(path)
  expect([end, await shown(first), await shown(second)]).toEqual(['stopped', text, text])
  await second.goto(`${site.url}/en/stream`)
  await second.getByRole('link', { name: 'a river' }).waitFor()
})

test('without a script a text is asked for by a form, and each load of its page shows more of it', async () => {
  const page = await (await browser.newContext({ javaScriptEnabled: false, locale: 'en-US' })).newPage()
  await page.goto(`${site.url}/en/stream`)
  const path = await begin(page, 'a form')
  const length = async () => (await shown(page))?.length ?? 0
  const before = await length()
  await expect
    .poll(async () => {
      await page.reload()
      return length()
    }, patience)
    .toBeGreaterThan(before)
  expect(
    (await fetch(`${site.url}${path}`, { headers: { 'accept-language': 'en' } })).headers.get('cache-control'),
  ).toMatch(/no-store|no-cache/)
})

test('no text has no page, and no form of another site begins one', async () => {
  expect((await fetch(`${site.url}/en/stream/nothing-here`)).status).toBe(404)
  expect((await fetch(`${site.url}/en/stream/a.b`)).status).toBe(404)
  const post = (headers: Readonly<Record<string, string>>, prompt: string) =>
    fetch(`${site.url}/en/stream/texts`, { method: 'POST', headers, body: new URLSearchParams({ prompt }) })
  expect((await post({ origin: 'https://evil.example' }, 'x')).status).toBe(403)
  expect((await post({ origin: site.url }, '')).status).toBe(422)
  expect((await post({ origin: site.url }, 'x'.repeat(4_000))).status).toBe(413)
})
