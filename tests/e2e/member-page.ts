import type { Browser, BrowserContext, Page } from 'playwright-core'
import { waitForLive } from './room-page.ts'

/** Signs in through the form of the page that is open, in English. */
export async function signIn(page: Page, name: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Opens a room for members as somebody who has signed in, with a browser of their own, and waits until it is live. */
export async function openAsMember(
  browser: Browser,
  url: string,
  name: string,
  room = '1',
): Promise<{ readonly context: BrowserContext; readonly page: Page }> {
  const context = await browser.newContext({ locale: 'en-US' })
  const page = await context.newPage()
  await page.goto(`${url}/en/club/${room}`)
  await signIn(page, name)
  await page.getByRole('log').waitFor()
  await waitForLive(page)
  return { context, page }
}

/** Sends a message, and waits until the hub has taken it. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.getByRole('textbox', { name: 'Message' }).press('Enter')
  await page.locator('[data-id]:not([data-pending])').getByText(text, { exact: true }).waitFor()
}

/** Everything that a page has got over the network, as text; the list grows. */
export function wireOf(page: Page): readonly string[] {
  const wire: string[] = []
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => wire.push(String(payload))))
  page.on('response', async (response) => {
    wire.push(await response.text().catch(() => ''))
  })
  return wire
}
