/** Three tabs, one asleep, one of an hour ago, and one that comes back: what was taken back is gone in each, on each rung. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Rung } from '@baro/client'
import { createHub, type Hub } from '@baro/server'
import { build } from 'esbuild'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { launchBrowser } from './browser.ts'
import { slow } from './patience.ts'
import { redactedRooms } from './redacted-rooms.ts'

vi.setConfig({ ...slow })

const rungs: readonly Rung[] = ['websocket', 'sse', 'long-poll', 'poll']
const kinds = ['reducer', 'history'] as const
const secret = 'a secret'

let browser: Browser
let hub: Hub
let origin: string
/** Pages as a cache has kept them. */
const kept = new Map<string, string>()
const ends: (() => unknown)[] = []

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./redacted-page.ts', import.meta.url))],
    ...{ bundle: true, format: 'esm', write: false, conditions: ['baro-source', 'browser'] },
  })
  const script = outputFiles?.map(({ text }) => text).join()
  hub = createHub({ channels: Object.values(redactedRooms), limits: { timesPerAddress: Number.POSITIVE_INFINITY } })
  for (const definition of Object.values(redactedRooms)) hub.on(definition, { access: 'public' })
  const server = createServer(async ({ url = '/' }, response) => {
    if (url === '/page.js') return void response.setHeader('content-type', 'text/javascript').end(script)
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(url === '/elsewhere' ? '<title>Elsewhere</title>' : (kept.get(url) ?? (await render(url))))
  })
  hub.attach(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  browser = await launchBrowser()
  ends.push(
    () => hub.close(),
    () => server.closeAllConnections(),
    () => server.close(),
    () => browser.close(),
  )
})
afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

async function render(path: string): Promise<string> {
  const [, rung, kind = 'reducer'] = path.split('/')
  const snapshot = await hub.snapshot(redactedRooms[kind as 'reducer']({ id: `${rung}` }))
  const embedded = JSON.stringify({ rung, kind, snapshot }).replaceAll('<', '\\u003c')
  return `<!doctype html><meta charset="utf-8"><title>Room</title><p id="list">${snapshot.value.map(({ text }) => text).join(' | ')}</p>
<script type="application/json" id="page">${embedded}</script><script type="module" src="/page.js"></script>`
}

async function open(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(origin + path)
  return page
}

const isLive = (page: Page) => page.waitForFunction(() => document.body.dataset.state === 'live')
const isGone = (page: Page) =>
  page.waitForFunction(
    () => document.body.dataset.state === 'live' && !document.getElementById('list')?.textContent?.includes('a secret'),
  )
const shows = (page: Page) => page.locator('#list').textContent()

/** How long the page showed it once it was live again, in milliseconds; 0 if it was live only without it. */
async function shownLive(page: Page, since: number): Promise<number> {
  const shown = (await page.evaluate(() => window.shown)).filter(({ atMs }) => atMs >= since)
  const from = shown.findIndex(({ state }) => state === 'live')
  const last = shown.findLastIndex(({ text }) => text.includes(secret))
  return last < from || from < 0 ? 0 : (shown[last + 1]?.atMs ?? Number.POSITIVE_INFINITY) - (shown[from]?.atMs ?? 0)
}

/** How long after it was woken the page showed it no more, in milliseconds. */
async function goneAfter(page: Page, wokenAt: number): Promise<number> {
  const wokenAtMs = wokenAt - (await page.evaluate(() => performance.timeOrigin))
  const shown = await page.evaluate(() => window.shown)
  return (shown.find(({ atMs, text }) => atMs >= wokenAtMs && !text.includes(secret))?.atMs ?? Number.NaN) - wokenAtMs
}

describe.each(rungs.flatMap((rung) => kinds.map((kind) => ({ rung, kind }))))(
  'over $rung, a state that loses it by its $kind',
  ({ rung, kind }) => {
    test('it is gone in a live tab, one that slept, one of an hour ago and one of the back-forward cache', async () => {
      const reference = redactedRooms[kind as 'reducer']({ id: rung })
      const path = `/${rung}/${kind}`
      await hub.publish(reference, 'message', 'before', { id: 'before' })
      await hub.publish(reference, 'message', secret, { id: 'the-secret' })
      kept.set(`${path}/hour-old`, await render(path))
      // An hour of a room: history is shorter.
      for (let number = 0; number < (kind === 'reducer' ? 12 : 3); number++)
        await hub.publish(reference, 'message', `m${number}`)
      const context = await browser.newContext()
      ends.push(() => context.close())
      const [live, asleep, back] = [
        await open(context, path),
        await open(context, path),
        await open(await browser.newContext(), path),
      ]
      for (const page of [live, asleep, back]) {
        await isLive(page)
        expect(await shows(page)).toContain(secret)
      }
      await back.goto(`${origin}/elsewhere`)
      const lifecycle = await context.newCDPSession(asleep)
      await lifecycle.send('Page.setWebLifecycleState', { state: 'frozen' })

      const redactedAt = performance.now()
      await hub.redact(reference, 'the-secret', { reason: 'abuse' })
      await isGone(live)
      const liveMs = performance.now() - redactedAt

      const wokenAt = Date.now()
      await lifecycle.send('Page.setWebLifecycleState', { state: 'active' })
      const old = await open(context, `${path}/hour-old`)
      await back.goBack({ waitUntil: 'commit' })
      for (const page of [asleep, old, back]) await isGone(page)
      const figures = {
        'live tab, since the redaction': Math.round(liveMs),
        'sleeping tab, since it was woken': Math.round(await goneAfter(asleep, wokenAt)),
        'hour-old page, since it was live': Math.round(await shownLive(old, 0)),
        'back-forward cache, since it was live': Math.round(
          await shownLive(back, (await back.evaluate(() => window.backAtMs)) ?? 0),
        ),
      }
      console.log(`${rung}, ${kind}: still shown, in ms: ${JSON.stringify(figures)}`)
      // A page that was rendered before is live only without it.
      expect(figures['hour-old page, since it was live']).toBe(0)
      for (const page of [live, asleep, old, back]) {
        await hub.publish(reference, 'message', 'after')
        await page.waitForFunction(() => document.getElementById('list')?.textContent?.includes('after'))
        expect(await page.locator('#list').textContent()).not.toContain(secret)
      }
      await context.close()
    })
  },
)
