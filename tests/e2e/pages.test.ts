import { once } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { wordsIn } from '../../examples/site/i18n/words.ts'
import { complaintsOf, socketsOf } from './browser.ts'
import { shiftOf, watchShifts } from './layout-shift.ts'
import { openBehind } from './open-behind.ts'
import { patience, slow } from './patience.ts'
import { createLog } from './publisher-log.ts'
import { waitForLive } from './room-page.ts'
import { pages } from './site-pages.ts'
import { browser, site, visitSite } from './visited-site.ts'
import { readScript, scriptsOf, scriptWeight } from './weights/script-weight.ts'

vi.setConfig(slow)
visitSite()

describe('cached pages', () => {
  test('the second request for a room is a HIT that carries the position of its snapshot', async () => {
    const log = createLog(() => site)
    await log.publish(1)
    const first = await fetch(site.url + log.path)
    const second = await fetch(site.url + log.path)
    expect(second.headers.get('cache-status')).toMatch(/^Baro; hit; ttl=3\d{3}$/)
    expect(second.headers.get('cache-control')).toMatch(/s-maxage=3600/)
    expect(await second.text()).toBe(await first.text())
    const { position } = await (await fetch(`${site.url}/baro/channels/room:${log.room}`)).json()
    expect(await (await fetch(site.url + log.path)).text()).toContain(position)
  })

  test.each(['/en', '/ko/machine'])(
    '%s, built without a hub, has a position for its first visitor, and is judged by it from then on',
    async (path) => {
      const ask = async () => {
        const answer = await fetch(site.url + path)
        const position = /\\"position\\":\\"(\w+)/.exec(await answer.text())?.[1]
        return `${answer.headers.get('cache-status')?.replace(/=-?\d+/g, '')} ${position}`
      }
      expect(await ask()).toBe('Baro; fwd=uri-miss; stored 1a')
      // Its channel says something each second.
      expect(await ask()).toMatch(/^Baro; hit; ttl(?:; detail=behind; behind)? 1a$/)
      await expect.poll(ask, patience).toBe('Baro; hit; ttl; detail=behind; behind 1a')
      await expect.poll(ask, patience).toBe('Baro; hit; ttl 1a')
    },
  )

  test('a path without a language shows the one that was chosen, or the best of Accept-Language, and says so', async () => {
    const languageOf = async (headers: Record<string, string>, path = '/rooms/1') => {
      const answer = await fetch(site.url + path, { headers })
      return [
        /<html lang="(\w+)"/.exec(await answer.text())?.[1],
        answer.headers.get('vary')?.includes('Accept-Language'),
      ]
    }
    expect(await languageOf({})).toEqual(['en', true])
    expect(await languageOf({ 'accept-language': 'ja, ko-KR;q=0.9, en;q=0.8' })).toEqual(['ko', true])
    expect(await languageOf({ 'accept-language': 'ko;q=0, fr' })).toEqual(['en', true])
    expect(await languageOf({ 'accept-language': 'en', cookie: 'language=ko' })).toEqual(['ko', true])
    expect(await languageOf({ 'accept-language': 'en' }, '/ko/rooms/1')).toEqual(['ko', false])
    expect(await languageOf({ 'accept-language': 'ko' }, '/pages-router')).toEqual(['ko', true])
    expect(await languageOf({ 'accept-language': 'ko' }, '/en/pages-router')).toEqual(['en', false])
  })

  test('what is no page is answered with 404', async () => {
    for (const path of ['/nothing', '/ko/nothing/here', '/rooms/A%20B', '/xx/machine'])
      expect((await fetch(site.url + path)).status).toBe(404)
  })
})

/** Yjs alone is 29 kB, and the reducer of a text that several write needs it. */
const withYjs = '/write/1'

test.each(pages.filter((path) => path !== '/nothing'))(
  '%s brings at most 40 kB of scripts, beside those of an empty page',
  async (path) => {
    const weight = scriptWeight(await (await fetch(`${site.url}/en${path}`)).text())
    expect(weight).toBeGreaterThan(1_000)
    expect(weight).toBeLessThanOrEqual(path === withYjs ? 65_000 : 40_000)
  },
)

describe('pages in Chromium', () => {
  test.each(['/ko', '/en', '/ko/machine', '/en/machine', '/ko/rooms/1', '/en/rooms/1', '/rooms/2'])(
    '%s goes live over one socket, in any time zone, without a complaint',
    async (path) => {
      // Rendered by the server in UTC, read in Seoul.
      const context = await browser.newContext({ timezoneId: 'Asia/Seoul', locale: 'ko-KR' })
      await site.publish('1', `zone-${Date.now()}`)
      const page = await context.newPage()
      const complaints = complaintsOf(page)
      const sockets = socketsOf(page)
      await watchShifts(page)
      await page.goto(site.url + path)
      await waitForLive(page)
      await page.waitForSelector('[data-hand-over=recovered], [data-hand-over=reset]')
      await page.getByRole('link', { name: /바로/ }).first().waitFor()
      expect(sockets).toHaveLength(1)
      expect(await shiftOf(page)).toBeLessThanOrEqual(0.1)
      expect(complaints).toEqual([])
      await context.close()
    },
  )

  const ofEachRouter = ['/en', '/en/pages-router']
  test.each(ofEachRouter)(
    'the scripts of %s hold no schema, no Buffer, and no text of either language',
    async (path) => {
      const scripts = scriptsOf(await (await fetch(site.url + path)).text())
      expect(scripts.length).toBeGreaterThan(5)
      const { live, breakIt } = wordsIn('ko')
      const texts = [live.nothingLost, breakIt.counting, wordsIn('en').live.nothingLost, wordsIn('en').breakIt.counting]
      for (const source of scripts) {
        const script = readScript(source)
        expect(script, source).not.toMatch(/ZodError|_zod|Attempt to allocate Buffer/)
        for (const text of texts) expect(script.includes(text), `${source}: ${text}`).toBe(false)
      }
    },
  )

  test('without JavaScript pages are complete up to the first paint', async () => {
    const log = createLog(() => site)
    await log.publish(3)
    await expect
      .poll(
        async () => (await (await fetch(`${site.url}/en/machine`)).text()).match(/<polyline/g)?.length ?? 0,
        patience,
      )
      .toBeGreaterThan(5)
    const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-US' })
    const page = await context.newPage()
    await page.goto(site.url + log.path)
    for (const id of log.ids) await page.getByText(`text of ${id}`).waitFor()
    await page.goto(`${site.url}/en/machine`)
    expect(
      await page
        .locator('dd')
        .filter({ hasText: /^\d+ %/ })
        .count(),
    ).toBeGreaterThan(1)
    await page.getByText('Processor', { exact: true }).waitFor()
    expect(await page.locator('[data-arrival=page][data-offset]').count()).toBeGreaterThan(0)
    await page.goto(`${site.url}/en`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await page.locator('[data-reader] svg').count()).toBe(2)
    await page.goto(`${site.url}/ko/pages-router`)
    expect(await page.locator('[data-value=rendered] b').textContent()).toMatch(/^\d+\.\d %$/)
    expect(await page.locator('[data-arrival=page][data-offset]').count()).toBeGreaterThan(0)
    const { site: ours, pagesRouter } = wordsIn('ko')
    expect(await page.title()).toBe(`${pagesRouter.title} · ${ours.title}`)
    expect(await page.getAttribute('meta[name=description]', 'content')).toBe(pagesRouter.lead)
    expect(await page.getAttribute('html', 'lang')).toBe('ko')
    await context.close()
  })

  test('below a page are its channels, its transport and its last frames, with what strangers wrote as text', async () => {
    const log = createLog(() => site)
    const page = await browser.newPage({ locale: 'en-US' })
    await page.goto(`${site.url}/en${log.path}`)
    await waitForLive(page)
    await page.getByText('Under the page').click()
    const hostile = '<img src=x onerror=alert(1)>'
    const published = await fetch(`${site.url}/baro/channels/room:${log.room}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'message', payload: { name: 'eve', text: hostile } }),
    })
    const { position } = await published.json()
    await page.locator('[data-way=received]').filter({ hasText: hostile }).filter({ hasText: position }).waitFor()
    await page.getByRole('textbox', { name: 'Message' }).fill('my own')
    await page.keyboard.press('Enter')
    await page.locator('[data-way=sent]').filter({ hasText: 'my own' }).waitFor()
    await page.locator('[data-way=received]').filter({ hasText: 'my own' }).waitFor()
    const drawer = page.locator('details').filter({ hasText: 'Under the page' })
    expect(await drawer.locator('dt, dd').allTextContents()).toEqual(
      expect.arrayContaining(['Transport', 'websocket', `room:${log.room}`]),
    )
    expect(await page.locator('img[src=x]').count()).toBe(0)
    await page.close()
  })

  test('a page shows the code it is made of', async () => {
    const page = await browser.newPage({ locale: 'en-US' })
    await page.goto(`${site.url}/en/rooms/1`)
    await page.getByText('The code this page is made of').click()
    await page.getByText("export const room = channel('room:{id}'").waitFor()
    await page.close()
  })
})

describe('the Pages Router', () => {
  test('a page of getStaticProps is cached, and right when it is first live: what it missed came after its position, and nothing is fetched again', async () => {
    const path = '/en/pages-router'
    const cacheStatus = async () => (await fetch(site.url + path)).headers.get('cache-status')
    await expect.poll(cacheStatus, patience).toMatch(/^Baro; hit; ttl=\d/)
    const page = await browser.newPage({ locale: 'en-US', timezoneId: 'Asia/Seoul' })
    const complaints = complaintsOf(page)
    const sockets = socketsOf(page)
    const requests: string[] = []
    page.on('request', (request) => requests.push(new URL(request.url()).pathname))
    await page.addInitScript(() => {
      const observer = new MutationObserver(() => {
        if (!document.querySelector('[data-hand-over=recovered]')) return
        observer.disconnect()
        Object.assign(window, { firstLive: document.querySelector<HTMLElement>('[data-value=now]')?.dataset.offset })
      })
      observer.observe(document, { subtree: true, childList: true, attributes: true })
    })
    const { answer, ahead } = await openBehind(page, path, 'pulse')
    expect(answer?.headers()['cache-status']).toMatch(/^Baro; hit/)
    await page.waitForFunction(() => 'firstLive' in window)
    expect(
      await page.evaluate(() => Number((window as unknown as { firstLive: string }).firstLive)),
    ).toBeGreaterThanOrEqual(ahead)
    expect(await page.locator('[data-arrival=recovered][data-offset]').count()).toBeGreaterThan(1)
    const offsetOf = async (value: string) =>
      Number(await page.locator(`[data-value=${value}]`).getAttribute('data-offset'))
    expect(await offsetOf('rendered')).toBeLessThan(ahead)
    // It goes on, by each second once.
    await expect.poll(() => offsetOf('now'), patience).toBeGreaterThan(ahead + 1)
    const shown = await page.$$eval('i[data-offset]', (bars) =>
      bars.map((bar) => Number(bar.getAttribute('data-offset'))),
    )
    expect(shown).toEqual(shown.map((_, index) => Number(shown[0]) + index))
    expect(requests.filter((one) => !one.startsWith('/_next/static/') && one !== '/icon.svg')).toEqual([path])
    expect(sockets).toHaveLength(1)
    expect(complaints).toEqual([])
    await page.close()
  })

  test('pages/api attaches the hub that is attached already: its sockets go on, and each answer comes once', async () => {
    const open = async () => {
      const socket = new WebSocket(`${site.url.replace('http', 'ws')}/baro/channels/pulse`)
      const offsets: number[] = []
      socket.on('message', (text) => {
        const { offset } = JSON.parse(String(text))
        if (offset !== undefined) offsets.push(offset)
      })
      await once(socket, 'open')
      return { socket, offsets }
    }
    const before = await open()
    const asked = await Promise.all(Array.from({ length: 5 }, () => fetch(`${site.url}/api/baro`)))
    expect(asked.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204])
    const after = await open()
    for (const { socket, offsets } of [before, after]) {
      await expect.poll(() => offsets.length, patience).toBeGreaterThan(2)
      expect(socket.readyState).toBe(WebSocket.OPEN)
      expect(offsets).toEqual(offsets.map((_, index) => Number(offsets[0]) + index))
      socket.terminate()
    }
  })
})
