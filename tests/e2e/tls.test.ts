/** The site with a key and a certificate of its own, and no proxy before it. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeCertificate } from '../clients/certificate.ts'
import { complaintsOf, launchBrowser } from './browser.ts'
import { slow } from './patience.ts'
import { waitForLive } from './room-page.ts'
import { type Site, startSite } from './site.ts'

vi.setConfig(slow)

const certificate = makeCertificate()
let site: Site
let browser: Browser

beforeAll(async () => {
  site = await startSite({ tls: certificate })
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  await site?.kill()
  certificate.remove()
})

test('a room goes live over wss:, and what is written without a script comes to it', async () => {
  expect(site.url).toBe(`https://localhost:${site.port}`)
  const room = `${site.url}/en/rooms/tls`
  const page = await browser.newPage({ ignoreHTTPSErrors: true })
  const complaints = complaintsOf(page)
  const sockets: string[] = []
  page.on('websocket', (socket) => sockets.push(socket.url()))
  await page.goto(room)
  await waitForLive(page)
  const plain = await browser.newPage({ ignoreHTTPSErrors: true, javaScriptEnabled: false })
  await plain.goto(room)
  await plain.locator('[name=name]').fill('Ada')
  await plain.locator('textarea').fill('안녕')
  await plain.locator('[type=submit]').click()
  await plain.getByText('안녕').waitFor()
  await page.getByText('안녕').waitFor()
  expect(sockets).toEqual([`wss://localhost:${site.port}/baro/connect`])
  expect(complaints).toEqual([])
})

test('a page that fetches from the hub is rendered, though this process has no reason to trust the certificate', async () => {
  const page = await browser.newPage({ ignoreHTTPSErrors: true, javaScriptEnabled: false })
  await page.goto(`${site.url}/en/pages-router`)
  expect(await page.locator('[data-value=rendered] b').textContent()).toMatch(/^\d+\.\d %$/)
})
