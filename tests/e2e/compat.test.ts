import type { Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { kinds } from '../../examples/site/channels/compat.ts'
import { complaintsOf } from './browser.ts'
import { createLink } from './cuttable-link.ts'
import { patience, slow } from './patience.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig(slow)
visitSharedSite()

const names = {
  sdk: 'SDK',
  'socket.io': 'Socket.IO',
  supabase: 'Supabase',
  'event-source': 'EventSource',
  websocket: 'WebSocket',
}

async function openCompat(url = site.url): Promise<Page> {
  const page = await browser.newPage({ locale: 'en-US' })
  await page.goto(`${url}/en/compat`)
  await waitForAll(page)
  return page
}

/** Waits until all five clients are connected. */
async function waitForAll(page: Page): Promise<void> {
  await page.waitForFunction(
    (count) => document.querySelectorAll('[data-client][data-link=open]').length === count,
    kinds.length,
  )
}

/** What each client has received, in order: the ids, and the texts. */
function receivedBy(page: Page, what: 'id' | 'text'): Promise<readonly (readonly string[])[]> {
  return page.$$eval(
    '[data-client]',
    (panes, attribute) =>
      panes.map((pane) =>
        [...pane.querySelectorAll('[data-id]')].map((item) =>
          attribute === 'id' ? (item.getAttribute('data-id') ?? '') : (item.querySelector('span')?.textContent ?? ''),
        ),
      ),
    what,
  )
}

async function write(page: Page, kind: keyof typeof names, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: `Message by ${names[kind]}` })
  await field.fill(text)
  await field.press('Enter')
}

/** Writes as somebody who has no page. */
function post(text: string): Promise<Response> {
  return fetch(`${site.url}/baro/channels/compat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'message', payload: { from: 'event-source', text } }),
  })
}

/** Waits until each client shows these texts last, and the page says that all have the same. */
async function waitForTexts(page: Page, texts: readonly string[]): Promise<void> {
  const newest = async () => (await receivedBy(page, 'text')).map((list) => list.slice(-texts.length))
  await expect.poll(newest, patience).toEqual(kinds.map(() => texts))
  await page.waitForSelector('[data-agreement=same]')
}

test('a message of each client is received by all five, exactly once and in the same order', async () => {
  const page = await openCompat()
  const complaints = complaintsOf(page)
  const before = (await receivedBy(page, 'id'))[0]?.length ?? 0
  const texts: string[] = []
  for (const round of [1, 2])
    for (const kind of kinds) {
      texts.push(`${kind} ${round}`)
      await write(page, kind, `${kind} ${round}`)
      await waitForTexts(page, texts)
    }
  const [first = [], ...others] = await receivedBy(page, 'id')
  for (const ids of others) expect(ids).toEqual(first)
  expect(first).toHaveLength(before + texts.length)
  expect(new Set(first).size).toBe(first.length)
  expect(await page.locator('[data-agreement]').textContent()).toBe(
    `All five have the same ${first.length} messages, in the same order.`,
  )
  // What they wrote at once is in one order too.
  for (const kind of kinds) await page.getByRole('textbox', { name: `Message by ${names[kind]}` }).fill(kind)
  await page.evaluate(() => {
    for (const form of document.querySelectorAll<HTMLFormElement>('[data-client] form')) form.requestSubmit()
  })
  await expect
    .poll(async () => (await receivedBy(page, 'id')).map(({ length }) => length), patience)
    .toEqual(kinds.map(() => first.length + kinds.length))
  await page.waitForSelector('[data-agreement=same]')
  expect(complaints).toEqual([])
  await page.close()
})

test('each client comes back after a cut, and has missed nothing', async () => {
  const link = await createLink(site.port)
  const page = await openCompat(link.url)
  await write(page, 'sdk', 'before the cut')
  await waitForTexts(page, ['before the cut'])
  link.cut()
  await page.waitForFunction(() => !document.querySelector('[data-client][data-link=open]'))
  // What cannot be sent now is not lost: it waits in its client, or comes back into the field.
  await write(page, 'websocket', 'not sent')
  await page.getByRole('alert').getByText('Not sent.').waitFor()
  const field = page.getByRole('textbox', { name: 'Message by WebSocket' })
  expect(await field.inputValue()).toBe('not sent')
  await field.fill('')
  const meanwhile = ['meanwhile 1', 'meanwhile 2', 'meanwhile 3']
  for (const text of meanwhile) expect((await post(text)).status).toBe(200)
  link.mend()
  await waitForTexts(page, ['before the cut', ...meanwhile])
  await waitForAll(page)
  await write(page, 'socket.io', 'after the cut')
  await waitForTexts(page, ['before the cut', ...meanwhile, 'after the cut'])
  await page.close()
  link.close()
})

test('a text is text, and Enter while Hangul is composed sends nothing', async () => {
  const page = await openCompat()
  const markup = '<img src=x onerror="alert(1)"> & <b>bold</b>'
  await write(page, 'socket.io', markup)
  await waitForTexts(page, [markup])
  expect(await page.locator('[data-client] ol :is(img, span b)').count()).toBe(0)
  const keyboard = await page.context().newCDPSession(page)
  await page.getByRole('textbox', { name: 'Message by WebSocket' }).focus()
  await keyboard.send('Input.imeSetComposition', { text: '한', selectionStart: 1, selectionEnd: 1 })
  await page.keyboard.press('Enter')
  await keyboard.send('Input.insertText', { text: '한' })
  await page.keyboard.type('글')
  await page.keyboard.press('Enter')
  await waitForTexts(page, [markup, '한글'])
  await page.close()
})

test('without JavaScript the page says what the five are, and has no button that does nothing', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-US' })
  const page = await context.newPage()
  await page.goto(`${site.url}/en/compat`)
  expect(await page.locator('[data-client] h2').allTextContents()).toEqual(Object.values(names))
  expect(await page.locator('[data-client] button:enabled').count()).toBe(0)
  // Chromium shows `noscript` only where scripts are off for the whole browser.
  expect(await page.content()).toContain('The five clients need JavaScript.')
  await context.close()
})

test('Socket.IO is loaded on this page only', async () => {
  const page = await browser.newPage({ locale: 'en-US' })
  const scripts = new Map<string, Promise<string>>()
  page.on('response', (response) => {
    if (response.url().includes('.js')) scripts.set(response.url(), response.text())
  })
  const hasSocketIo = async () => (await Promise.all(scripts.values())).some((text) => text.includes('connect_error'))
  await page.goto(`${site.url}/en/rooms/1`)
  await page.waitForSelector('[data-connection=live]')
  await page.waitForLoadState('networkidle')
  expect(await hasSocketIo()).toBe(false)
  await page.getByRole('link', { name: 'Clients' }).click()
  await waitForAll(page)
  expect(await hasSocketIo()).toBe(true)
  await page.close()
})

test('a browser that is offline for a moment has missed nothing either', async () => {
  const page = await openCompat()
  await write(page, 'event-source', 'online')
  await waitForTexts(page, ['online'])
  await page.context().setOffline(true)
  await page.waitForSelector('[data-client=sdk]:not([data-link=open])')
  expect((await post('while offline')).status).toBe(200)
  await page.context().setOffline(false)
  await waitForTexts(page, ['online', 'while offline'])
  await page.close()
})

test('all of it is reached with the keyboard, and the line that compares covers nothing that has the focus', async () => {
  const page = await browser.newPage({ locale: 'en-US', viewport: { width: 390, height: 844 } })
  await page.goto(`${site.url}/en/compat`)
  await waitForAll(page)
  const reached: string[] = []
  while (reached.length < 4 * kinds.length) {
    await page.keyboard.press('Tab')
    const [kind, tag, isCovered] = await page.evaluate(() => {
      const focused = document.activeElement
      const line = document.querySelector('[data-agreement]')
      const kindOf = focused?.closest('[data-client]')?.getAttribute('data-client') ?? ''
      const [bottom = 0, top = 0] = [focused?.getBoundingClientRect().bottom, line?.getBoundingClientRect().top]
      return [kindOf, focused?.tagName ?? '', bottom > top] as const
    })
    if (kind === '') continue
    expect([kind, tag, isCovered]).toEqual([kind, tag, false])
    reached.push(`${kind} ${tag}`)
  }
  expect(reached).toEqual(
    kinds.flatMap((kind) => ['SECTION', 'TEXTAREA', 'BUTTON', 'SUMMARY'].map((tag) => `${kind} ${tag}`)),
  )
  await page.close()
})
