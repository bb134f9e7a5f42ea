import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { jpeg3x2 } from '../site/media-files.ts'
import { launchBrowser } from './browser.ts'
import { injections, shortInjections } from './injections.ts'
import { signIn } from './member-page.ts'
import { patience, slow } from './patience.ts'
import { waitForLive } from './room-page.ts'
import { type Site, startSite } from './site.ts'

vi.setConfig(slow)

let site: Site
let browser: Browser
let contexts: BrowserContext[] = []
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baro-injections-'))
  site = await startSite({ folder })
  for (const text of injections) await publish('stored', 'message', { text })
  for (const name of shortInjections) await publish('names', 'message', { name, text: 'a name' })
  const bytes = { 'baro:bytes': Buffer.from(jpeg3x2).toString('base64') }
  for (const alt of shortInjections.slice(0, 4)) {
    const picture = { image: bytes, mimeType: 'image/jpeg', width: 3, height: 2, alt }
    await publish('pictures', 'picture', { name: alt, picture })
  }
  // The home page is rendered at a start, and has in it what was stored before.
  for (const text of injections.slice(0, 5)) await publish('home', 'message', { name: shortInjections[1], text })
  const { port } = site
  await site.kill()
  site = await startSite({ folder, port })
  browser = await launchBrowser()
})

afterEach(async () => {
  for (const context of contexts) await context.close()
  contexts = []
})

afterAll(async () => {
  await browser?.close()
  await site?.kill()
  rmSync(folder, { recursive: true, force: true })
})

function publish(room: string, type: string, payload: unknown): Promise<unknown> {
  return post(`/baro/channels/room:${room}`, { type, payload }, true)
}

async function post(path: string, body: unknown, isTaken: boolean): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(site.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  expect([answer.ok, await answer.text()]).toEqual([isTaken, expect.any(String)])
  expect(answer.headers.get('content-type')).toMatch(/^(?:application\/json|text\/plain)/)
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
}

/** What has become of texts in a page: scripts that ran, elements and attributes that nobody of this site made, dialogs, requests. */
async function watched(options: BrowserContextOptions = {}): Promise<{
  readonly page: Page
  readonly damage: () => Promise<readonly string[]>
}> {
  const context = await browser.newContext({ locale: 'en-US', ...options })
  contexts.push(context)
  const found: string[] = []
  await context.exposeFunction('p', () => found.push('a script ran'))
  const page = await context.newPage()
  page.on('dialog', (dialog) => found.push(`a dialog: ${dialog.message()}`))
  page.on('pageerror', (error) => found.push(`an error: ${error}`))
  page.on('request', (asked) => {
    if (!asked.url().startsWith(site.url) && !asked.url().startsWith('data:')) found.push(`asked ${asked.url()}`)
  })
  const damage = async () => [
    ...found,
    ...(await page.evaluate(() =>
      [...document.querySelectorAll('*')].flatMap((element) => [
        ...(element.matches('iframe, object, embed, math, base, [src="x"], [srcdoc], a[href^="javascript" i]')
          ? [element.outerHTML]
          : []),
        ...element.getAttributeNames().flatMap((name) => (name.startsWith('on') ? [`${element.tagName} ${name}`] : [])),
      ]),
    )),
  ]
  return { page, damage }
}

function texts(page: Page): Promise<readonly string[]> {
  return page.$$eval('[data-id] > span', (items) => items.map((item) => item.textContent ?? ''))
}

const trimmed = injections.map((text) => text.trim())

describe('what was stored stays text', () => {
  test.each(['en', 'ko'])('on the home page, which was rendered with it at the start (%s)', async (language) => {
    const html = await (await fetch(`${site.url}/${language}`)).text()
    expect(html).toContain('&lt;svg onload=p()&gt;')
    const { page, damage } = await watched()
    await page.goto(`${site.url}/${language}`)
    await waitForLive(page)
    await publish('home', 'message', { name: '<svg onload=p()>', text: `"><img src=x onerror=p()> ${language}` })
    await page.getByText(`"><img src=x onerror=p()> ${language}`).waitFor()
    expect(await damage()).toEqual([])
  })

  test('in the HTML of a room, in its title, in the data of the page, and once it is live', async () => {
    const { page, damage } = await watched()
    await page.goto(`${site.url}/en/rooms/stored`)
    expect(await texts(page)).toEqual(trimmed)
    await waitForLive(page)
    expect(await texts(page)).toEqual(trimmed)
    // By the data of the page alone, as a link of the site leads there.
    await page.goto(`${site.url}/en`)
    await page.locator('a[href="/en/rooms/home"]').first().click()
    await page.waitForSelector('[role=log]')
    await waitForLive(page)
    expect((await texts(page)).slice(0, 5)).toEqual(trimmed.slice(0, 5))
    expect(await damage()).toEqual([])
  })

  test('without a script, where only the parser of the browser has a say', async () => {
    const { page, damage } = await watched({ javaScriptEnabled: false })
    await page.goto(`${site.url}/ko/rooms/stored`)
    expect(await page.locator('[data-id] > span:first-of-type').allTextContents()).toEqual(trimmed)
    expect(await page.locator('iframe, object, embed, math, base, [onerror], [onload], [onfocus]').count()).toBe(0)
    expect(await damage().catch(() => [])).toEqual([])
  })

  test('as what arrives while one looks', async () => {
    const { page, damage } = await watched()
    await page.goto(`${site.url}/en/rooms/live`)
    await waitForLive(page)
    for (const text of injections) await publish('live', 'message', { text })
    await expect.poll(() => texts(page), patience).toEqual(trimmed)
    expect(await damage()).toEqual([])
  })

  test('as a name, and as the name of a picture', async () => {
    const { page, damage } = await watched()
    await page.goto(`${site.url}/en/rooms/names`)
    await waitForLive(page)
    const names = await page.$$eval('[data-id] > b', (items) => items.map((item) => item.textContent ?? ''))
    expect(names).toEqual(shortInjections.map((name) => name.trim()))
    await page.goto(`${site.url}/en/rooms/pictures`)
    await waitForLive(page)
    const alts = await page.$$eval('[data-id] img', (items) => items.map((item) => item.getAttribute('alt')))
    expect(alts).toEqual(shortInjections.slice(0, 4).map((alt) => `Picture from ${alt}: ${alt}`))
    expect(await damage()).toEqual([])
  })

  test('as what somebody types: in the field, to the others, and as the name of a member', async () => {
    const { page, damage } = await watched()
    const other = await watched()
    for (const one of [page, other.page]) {
      await one.goto(`${site.url}/en/rooms/typed`)
      await waitForLive(one)
    }
    const name = '<svg onload=p()>'
    await page.locator('[name=name]').fill(name)
    await page.locator('textarea').pressSequentially('</textarea><script>p()</script>')
    await other.page.getByText(`${name} is typing`).waitFor()
    await page.locator('textarea').press('Enter')
    await expect.poll(() => texts(other.page), patience).toEqual(['</textarea><script>p()</script>'])
    await page.goto(`${site.url}/en/club/1`)
    await signIn(page, name)
    await page.getByRole('log').waitFor()
    await waitForLive(page)
    await page.locator('textarea').fill('"><img src=x onerror=p()>')
    await page.locator('textarea').press('Enter')
    await page.locator('[data-own]:not([data-pending])').waitFor()
    expect(await page.locator('[data-own] b').first().textContent()).toBe(`${name} (you)`)
    for (const path of ['/en/club/1', '/ko/sign-in']) {
      await page.goto(site.url + path)
      await page.locator('header').getByText(name).waitFor()
    }
    expect(await damage()).toEqual([])
    expect(await other.damage()).toEqual([])
  })

  test('in JSON and in event streams, which no browser takes for a page', async () => {
    const answer = await fetch(`${site.url}/baro/channels/room:stored`)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    const { snapshot } = await answer.json()
    expect(snapshot.map(({ text }: { text: string }) => text)).toEqual(trimmed)
    const { page, damage } = await watched()
    await page.goto(`${site.url}/baro/channels/room:stored`)
    expect(await damage()).toEqual([])
    const stream = await fetch(`${site.url}/baro/channels/room:stored?live=sse`)
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/)
    await stream.body?.cancel()
  })
})

/** Sends exactly this, which `fetch` and browsers would correct. */
function ask(path: string, headers: Readonly<Record<string, string>> = {}) {
  return new Promise<{ readonly type: string; readonly body: string; readonly head: string }>((resolve, reject) => {
    const asked = request({ port: site.port, path, headers }, (answer) => {
      let body = ''
      answer.on('data', (chunk) => {
        body += chunk
      })
      answer.on('end', () =>
        resolve({ type: answer.headers['content-type'] ?? '', body, head: answer.rawHeaders.join('\n') }),
      )
    })
    asked.on('error', reject).end()
  })
}

const marked = '<xss-mark onload=p()>"\'</script>'

describe('what is reflected stays text', () => {
  const encoded = encodeURIComponent(marked)
  test.each([
    ...['/en', '/ko/rooms/1', '/en/club/1', '/en/sign-in', '/en/how', '/en/machine', '/en/transports', '/nothing'].map(
      (path) => `${path}?q=${encoded}&_rsc=${encoded}&${encoded}`,
    ),
    `/${encoded}`,
    `/en/${encoded}`,
    `/en/rooms/${encoded}`,
    `/en/club/${encoded}`,
    `/en/rooms/1/${encoded}`,
    `/_next/static/${encoded}`,
    `/_next/image?url=${encoded}&w=16&q=75`,
    `/session/${encoded}`,
    `/baro/${encoded}`,
    `/baro/channels/${encoded}`,
    `/baro/channels/room:${encoded}`,
    `/baro/channels/room:1?after=${encoded}`,
    `/baro/channels/room:1?live=${encoded}&wait=${encoded}&limit=${encoded}&view=${encoded}`,
  ])('from %s', async (path) => {
    const headers = {
      'user-agent': marked,
      referer: `http://evil.example/${encoded}`,
      'accept-language': marked,
      cookie: `language=${encoded}; member=${encoded}; session=${encoded}`,
      'x-forwarded-host': marked,
      'x-forwarded-proto': marked,
    }
    for (const sent of [{}, headers]) {
      const { type, body, head } = await ask(path, sent)
      // In JSON it may stand; there it is no markup.
      if (!type.startsWith('application/json')) expect(body).not.toContain('<xss-mark')
      expect(head).not.toContain('<xss-mark')
    }
  })

  test('in what is answered to a POST', async () => {
    const [path, text] = ['/baro/channels/room:1', 'x']
    await post(path, { type: marked, payload: {} }, false)
    await post(path, { type: 'message', payload: { text, name: marked.repeat(2) } }, false)
    await post(path, { type: 'message', payload: { text }, id: marked }, false)
    await post(`/baro/channels/${encoded}`, { type: 'message', payload: { text } }, false)
  })

  test('in an address with a query and a fragment, and in the name cookie, which a stranger may have set', async () => {
    const { page, damage } = await watched()
    await page.context().addCookies([{ name: 'member', value: encodeURIComponent('<svg onload=p()>'), url: site.url }])
    for (const path of [
      '/en',
      '/en/rooms/1',
      '/en/club/1',
      '/ko/sign-in',
      '/en/how',
      '/en/machine',
      '/en/transports',
    ]) {
      await page.goto(`${site.url}${path}?q=${encodeURIComponent(injections[3] ?? '')}#${injections[1]}`)
      await page.waitForSelector('main h1')
    }
    expect(await damage()).toEqual([])
  })

  test('in the handshake that the site shows', async () => {
    const { page, damage } = await watched({ userAgent: '<img src=x onerror=p()>' })
    await page.goto(`${site.url}/en/transports`)
    await page.getByRole('button', { name: 'Open one and show it' }).click()
    await page.getByText('user-agent: <img src=x onerror=p()>', { exact: false }).waitFor()
    expect(await damage()).toEqual([])
  })
})
