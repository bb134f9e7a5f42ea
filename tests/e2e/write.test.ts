import { readJson } from '@baro/core/protocol'
import type { Page } from 'playwright-core'
import { afterEach, expect, test, vi } from 'vitest'
import { type Draft, textOf } from '../../examples/site/channels/write.ts'
import { type BadProxy, createBadProxy } from './bad-proxy.ts'
import { complaintsOf } from './browser.ts'
import { patience, slow } from './patience.ts'
import { waitForLive } from './room-page.ts'
import { browser, site, visitSite } from './visited-site.ts'

vi.setConfig(slow)
visitSite()

let proxy: BadProxy | undefined
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
  proxy?.close()
  proxy = undefined
})

async function open(id: string, from = site.url): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage()
  await page.goto(`${from}/en/write/${id}`)
  await page.locator('textarea[data-bound]').waitFor()
  await waitForLive(page)
  return page
}

const field = (page: Page) => page.locator('main textarea')
const shown = (page: Page) => field(page).inputValue()
/** The text as the server has it. */
async function textAt(id: string): Promise<string> {
  const answer = await fetch(`${site.url}/baro/channels/draft:${id}?view=state`)
  return textOf(readJson(await answer.text()) as Draft)
}
const caretOf = (page: Page) => field(page).evaluate((area: HTMLTextAreaElement) => area.selectionStart)

test('three browsers, one behind a proxy that cuts every three seconds and one offline for a while, end with one text', async () => {
  proxy = await createBadProxy(site.port)
  proxy.fault = 'cuts-after-three-seconds'
  const [first, second, third] = [await open('three'), await open('three'), await open('three', proxy.url)]
  const complaints = complaintsOf(first)
  await field(first).pressSequentially('one\n')
  for (const page of [second, third]) await expect.poll(() => shown(page), patience).toBe('one\n')
  await second.context().setOffline(true)
  const write = async (page: Page, word: string) => {
    await field(page).press('Control+End')
    for (let index = 0; index < 15; index++) await field(page).pressSequentially(`${word}${index} `, { delay: 12 })
  }
  await Promise.all([write(first, 'a'), write(second, 'b'), write(third, '다')])
  await second.context().setOffline(false)
  await expect
    .poll(async () => {
      const text = await textAt('three')
      return [await shown(first), await shown(second), await shown(third)].every((one) => one === text) && text.length
    }, patience)
    .toBeGreaterThan(150)
  const text = await textAt('three')
  // Whatever was typed is there once, in its order.
  for (const word of ['a', 'b', '다'])
    expect(text.match(new RegExp(`${word}\\d+`, 'g'))).toEqual(
      Array.from({ length: 15 }, (_, index) => `${word}${index}`),
    )
  expect(complaints).toEqual([])
})

test('what others write comes in around a selection, and never into a syllable that is being composed', async () => {
  const [first, second] = [await open('compose'), await open('compose')]
  await field(first).pressSequentially('end')
  await expect.poll(() => shown(second), patience).toBe('end')
  await field(first).press('Home')
  const keyboard = await first.context().newCDPSession(first)
  await keyboard.send('Input.imeSetComposition', { text: 'ㅎ', selectionStart: 1, selectionEnd: 1 })
  await field(second).press('Home')
  await field(second).pressSequentially('start ')
  await expect.poll(() => textAt('compose'), patience).toBe('start end')
  await keyboard.send('Input.imeSetComposition', { text: '하', selectionStart: 1, selectionEnd: 1 })
  expect(await shown(first)).toBe('하end')
  await keyboard.send('Input.insertText', { text: '한' })
  for (const page of [first, second])
    await expect
      .poll(() => shown(page).then((text) => [...text].sort().join('')), patience)
      .toBe([...'start end한'].sort().join(''))
  expect(await shown(first)).toBe(await textAt('compose'))
  expect(await shown(second)).toBe(await textAt('compose'))
  // The caret stays behind what was composed, wherever that is now.
  expect((await shown(first)).slice(0, await caretOf(first)).endsWith('한')).toBe(true)
})

test('others see where somebody writes, as long as they are here', async () => {
  const [first, second] = [await open('carets'), await open('carets')]
  await field(first).pressSequentially('hello')
  await second.getByText(/is writing$/).waitFor()
  expect(await second.locator('p[aria-hidden] i').getAttribute('data-name')).toMatch(/^Guest/)
  await first.context().close()
  await expect.poll(() => second.getByText(/is writing$/).count(), patience).toBe(0)
})

test('the text is in the page, also without a script, and a page that is an hour old catches up', async () => {
  const first = await open('plain')
  await field(first).pressSequentially('<b>bold</b> 한글')
  await expect.poll(() => textAt('plain'), patience).toBe('<b>bold</b> 한글')
  const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
  await expect
    .poll(async () => {
      await plain.goto(`${site.url}/ko/write/plain`)
      return shown(plain)
    }, patience)
    .toBe('<b>bold</b> 한글')
  expect(await field(plain).getAttribute('readonly')).not.toBe(null)
  await field(first).press('Control+End')
  await field(first).pressSequentially('!')
  const late = await open('plain')
  await expect.poll(() => shown(late), patience).toBe('<b>bold</b> 한글!')
})

test('what the server refuses is taken back, and one can write on', async () => {
  const page = await open('refused')
  await field(page).pressSequentially('good')
  await expect.poll(() => textAt('refused'), patience).toBe('good')
  // No keyboard makes one, but a program can.
  await field(page).evaluate((area: HTMLTextAreaElement) => {
    area.setRangeText('\u0000bad', 0, 0, 'end')
    area.dispatchEvent(new InputEvent('input'))
  })
  await page.getByRole('alert').getByText('no text field has').waitFor()
  expect(await shown(page)).toBe('good')
  await field(page).press('Control+End')
  await field(page).pressSequentially(' again')
  await expect.poll(() => textAt('refused'), patience).toBe('good again')
})

test('a program that posts rubbish gets a code, and a text has the address that it should', async () => {
  const post = (update: Uint8Array) =>
    fetch(`${site.url}/baro/channels/draft:rubbish`, {
      method: 'POST',
      body: JSON.stringify({
        type: 'update',
        payload: { update: { 'baro:bytes': Buffer.from(update).toString('base64') } },
      }),
    })
  expect((await post(new Uint8Array([1, 2, 3]))).status).toBe(404)
  expect((await post(new Uint8Array(33 << 10))).status).toBe(422)
  const answer = await fetch(`${site.url}/en/write`, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([308, '/en/write/1'])
  expect((await fetch(`${site.url}/en/write/a.b`)).status).toBe(404)
})
