/** What a newcomer sees in a browser when it works. */
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../e2e/browser.ts'

const hello = 'Hello, is anybody there?'

/** Opens a browser for as long as `look` takes. */
export async function withBrowser(look: (browser: Browser) => Promise<void>): Promise<void> {
  const browser = await launchBrowser()
  try {
    await look(browser)
  } finally {
    await browser.close()
  }
}

/** Two people open the page, and each sees what the other says. */
export async function talk(browser: Browser, url: string): Promise<readonly Page[]> {
  const pages = [await browser.newPage(), await browser.newPage()]
  for (const page of pages) {
    await page.goto(url)
    await page.getByText('live', { exact: true }).waitFor()
  }
  // Longer than 32 bytes on the wire, as what people say is.
  await pages[0]?.fill('input[name=text]', hello)
  await pages[0]?.keyboard.press('Enter')
  for (const page of pages) await page.getByText(hello).waitFor()
  return pages
}

/** A room of a Next.js app: two people, and what the server publishes. */
export async function seeRoom(url: string, isCached: boolean): Promise<void> {
  for (let asked = 0; asked < 3; asked++) await (await fetch(`${url}/rooms/1`)).text()
  await withBrowser(async (browser) => {
    const pages = await talk(browser, `${url}/rooms/1`)
    const answer = await fetch(`${url}/rooms/1/news`, { method: 'POST' })
    if (answer.status !== 204) throw new Error(`The route handler answered ${answer.status}: ${await answer.text()}`)
    for (const page of pages) await page.getByText('From the server').waitFor()
  })
  const { headers } = await fetch(`${url}/rooms/1`)
  if (isCached && headers.get('x-nextjs-cache') === null) throw new Error('The page is not cached.')
}

/** The chat of a tutorial: a page without a line of ours, and `new WebSocket(host)`. */
export async function seeTutorial(url: string): Promise<void> {
  await withBrowser(async (browser) => {
    const page = await browser.newPage()
    await page.goto(`${url}/api/messages`)
    const heard = await page.evaluate(
      (text) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(`ws://${location.host}`)
          socket.onmessage = ({ data }) => resolve(data)
          socket.onopen = () => socket.send(JSON.stringify({ type: 'message', payload: { text } }))
        }),
      hello,
    )
    if (!heard.includes(hello)) throw new Error(`The socket said ${heard}.`)
    await page.reload()
    await page.getByText(hello).waitFor()
  })
}
