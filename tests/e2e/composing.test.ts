import type { CDPSession, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { patience, slow } from './patience.ts'
import { createLog } from './publisher-log.ts'
import { waitForLive } from './room-page.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig(slow)
visitSharedSite()

let page: Page
let keyboard: CDPSession

beforeEach(async () => {
  page = await browser.newPage({ locale: 'ko-KR' })
  await page.goto(site.url + createLog(() => site).path)
  await waitForLive(page)
  await page.getByRole('textbox', { name: '메시지' }).focus()
  keyboard = await page.context().newCDPSession(page)
})

afterEach(async () => {
  await page.close()
})

/** Shows syllables that are still being composed. */
async function compose(...steps: readonly string[]): Promise<void> {
  for (const text of steps)
    await keyboard.send('Input.imeSetComposition', {
      text,
      selectionStart: text.length,
      selectionEnd: text.length,
    })
}

/** Ends the composition with this text. */
async function commit(text: string): Promise<void> {
  await keyboard.send('Input.insertText', { text })
}

/** Presses Enter as the browser tells it while an input method has the keyboard. */
async function enterInsideInputMethod(): Promise<void> {
  const key = { key: 'Process', code: 'Enter', windowsVirtualKeyCode: 229 }
  await keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key })
  await keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key })
}

function sent(): Promise<readonly string[]> {
  return page.$$eval('[role=log] [data-id] span:first-of-type', (items) => items.map((item) => item.textContent ?? ''))
}

async function waitForSent(...texts: readonly string[]): Promise<void> {
  await expect.poll(sent, patience).toEqual(texts)
}

test('Enter that ends the composition of 한글 sends nothing; the next one sends one message and leaves no syllable', async () => {
  await compose('ㅎ', '하', '한')
  await commit('한')
  await compose('ㄱ', '그', '글')
  await enterInsideInputMethod()
  await commit('글')
  expect(await sent()).toEqual([])
  expect(await page.getByRole('textbox', { name: '메시지' }).inputValue()).toBe('한글')
  await page.keyboard.press('Enter')
  await waitForSent('한글')
  expect(await page.getByRole('textbox', { name: '메시지' }).inputValue()).toBe('')
  // Whatever a second message or a stray syllable would have been, it would stand between these two.
  await page.keyboard.type('끝')
  await page.keyboard.press('Enter')
  await waitForSent('한글', '끝')
})

test('where Enter ends the composition and breaks the line in one press, it sends one message', async () => {
  await compose('ㅎ', '하', '한')
  await enterInsideInputMethod()
  await commit('한')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await waitForSent('한')
  expect(await page.getByRole('textbox', { name: '메시지' }).inputValue()).toBe('')
})

test('Enter while syllables are composed is never a message', async () => {
  await compose('ㅎ', '하')
  await page.keyboard.press('Enter')
  await commit('하')
  await page.keyboard.press('Enter')
  await waitForSent('하')
})

test('Shift and Enter break the line', async () => {
  await page.keyboard.type('첫 줄')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('둘째 줄')
  await page.keyboard.press('Enter')
  await waitForSent('첫 줄\n둘째 줄')
})
