/** What a browser finds in HTML that was cleaned: it reads some things otherwise than any parser on a server. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { safeHtml } from '@baro/sanitize'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../e2e/browser.ts'
import { bypasses } from './bypasses.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(() => browser.close())

/** Shows each of these in a page, does to it what a reader may do, and says which of them ran a script. */
async function hits(all: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const server = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const page = await browser.newPage()
  const found: string[] = []
  await page.exposeFunction('found', (name: string) => found.push(name))
  // Nothing is loaded from elsewhere: a picture that is not there fails at once.
  await page.route('**/*', (route) =>
    new URL(route.request().url()).pathname === '/page' ? route.continue() : route.abort(),
  )
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/page`)
  await page.evaluate(async (entries) => {
    // A script is run, and nothing else is followed: it would end the page.
    document.addEventListener('submit', (event) => event.preventDefault())
    document.addEventListener('click', (event) => {
      const link = (event.target as Element).closest('a')
      if (link?.protocol !== 'javascript:') event.preventDefault()
    })
    for (const [name, html] of entries) {
      Object.assign(window, { hit: () => Reflect.get(window, 'found')(name) })
      document.body.innerHTML = html
      for (const one of document.body.querySelectorAll('*')) {
        one.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
        one.dispatchEvent(new MouseEvent('mouseover'))
        one.dispatchEvent(new FocusEvent('focus'))
      }
      // Errors of pictures come once the browser was told that they are not there. That of a later one comes after them.
      const last = document.body.appendChild(document.createElement('img'))
      await new Promise((resolve) => {
        last.onerror = resolve
        last.src = `/none?${name}`
      })
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve))
    }
  }, Object.entries(all))
  // What a page calls is done before what it evaluates later.
  await page.evaluate(() => {})
  await page.close()
  server.close()
  return found
}

test('no published way around a sanitizer runs a script in a browser, and many do if nobody cleans them', async () => {
  const { clean } = safeHtml()
  const cleaned = Object.fromEntries(Object.entries(bypasses).map(([name, html]) => [name, clean(html)]))
  expect(await hits(cleaned)).toEqual([])
  const ran = new Set(await hits(bypasses))
  expect(ran.size).toBeGreaterThan(30)
})
