/** The idioms of `examples/tutorials` that are files of a Next.js app, built once, in Chromium. */
import { once } from 'node:events'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { launchBrowser } from '../e2e/browser.ts'
import { type CuttableLink, createLink } from '../e2e/cuttable-link.ts'
import { type NextApp, startNextApp } from '../e2e/next-app.ts'
import { patience, slow } from '../e2e/patience.ts'
import { readSource } from '../house/source-files.ts'
import { all, bySocket, type Outcome, onlyBefore, seenThroughCut } from './cut.ts'
import { linesOf, snippet } from './snippet.ts'
import { openAt, Servers } from './stage.ts'

vi.setConfig(slow)

let browser: Browser
let servers: Servers
let app: NextApp
let port: number
/** To the app, and to the server of a tutorial. */
let link: CuttableLink
let theirs: CuttableLink

const say = bySocket('/baro/channels/lobby?view=payload', (text) => [text])
const code = (path: string) => readSource(`examples/tutorials/next/${path}`)
const setPrice = (symbol: string, price: number) =>
  Promise.all([
    servers.order({ quote: { symbol, price } }),
    fetch(`http://localhost:${port}/baro/channels/prices`, {
      method: 'POST',
      body: JSON.stringify({ type: 'changed', payload: { symbol, price } }),
    }),
  ])

/** The app in a folder in which it may be built. Its page of prices asks the hub at this port, also while it is built. */
function copyOfApp(pricesPort: number): string {
  const [from, to] = ['examples/tutorials', '.cache/tutorials'].map((path) =>
    fileURLToPath(new URL(`../../${path}`, import.meta.url)),
  ) as [string, string]
  rmSync(to, { recursive: true, force: true })
  cpSync(from, to, { recursive: true, filter: (path) => !/node_modules|\.next$/.test(path) })
  const change = (path: string, changed: (code: string) => string) =>
    writeFileSync(`${to}/next/${path}`, changed(readFileSync(`${to}/next/${path}`, 'utf8')))
  change('pages/prices.js', (code) => code.replaceAll('localhost:3000', `localhost:${pricesPort}`))
  // The same build is started once more, as an app that has no instrumentation, and the cache of the hub.
  change('instrumentation.js', (code) => code.replace("!== 'nodejs')", "!== 'nodejs' || process.env.HUB_IN_API)"))
  // Nobody debugs it or builds it again: that would be a quarter of the time of its build.
  const handler = fileURLToPath(new URL('../../packages/next/dist/cache-handler.js', import.meta.url))
  change('next.config.js', (code) =>
    code.replace(
      'export default {',
      `export default { ...(process.env.HUB_IN_API && { cacheHandler: ${JSON.stringify(handler)}, cacheMaxMemorySize: 0 }),
        experimental: { turbopackFileSystemCacheForBuild: false, turbopackSourceMaps: false },`,
    ),
  )
  writeFileSync(
    `${to}/next/pages/api/renew.js`,
    "export default (request, response) => response.revalidate('/prices').then(() => response.end())",
  )
  return '../../.cache/tutorials/next'
}

beforeAll(async () => {
  servers = await Servers.start('ws-chat.js', 'ws-prices.baro.js')
  app = await startNextApp(copyOfApp(servers.port('ws-prices.baro.js')))
  port = app.port
  link = await createLink(port)
  theirs = await createLink(servers.port('ws-chat.js'))
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  app?.server.kill('SIGKILL')
  link?.close()
  theirs?.close()
  servers?.stop()
})

test('pages/api/socket.js answers no WebSocket after a restart until somebody asks for it; instrumentation.js does', async () => {
  const theirUrl = `ws://localhost:${port}/ws`
  await expect.poll(async () => (await fetch(`http://localhost:${port}/baro/health`)).status, patience).toBe(200)
  const tooEarly = new WebSocket(theirUrl)
  tooEarly.on('error', () => {})
  await say(port, 'the first', true)
  expect(tooEarly.readyState).not.toBe(WebSocket.OPEN)
  await fetch(`http://localhost:${port}/api/socket`)
  const asked = new WebSocket(theirUrl)
  await once(asked, 'open')
  expect(tooEarly.readyState).not.toBe(WebSocket.OPEN)
  asked.send('the second')
  expect(String((await once(asked, 'message'))[0])).toBe('the second')
  for (const socket of [asked, tooEarly]) socket.terminate()
  expect(linesOf(code('instrumentation.js'))).toBeLessThan(linesOf(snippet('next/pages/api/socket.js').code))
})

describe("a 'use client' page with a WebSocket", () => {
  const { change } = snippet('next/app/chat/page.js')

  /** Puts a URL in the place of the one that Next has built in. */
  const withUrl = (url: string) => async (page: Page) => {
    await page.route('**/*.js', async (route) => {
      // What is on its way when the link is cut fails, as it would without this.
      const response = await route.fetch().catch(() => undefined)
      if (response === undefined) return route.abort()
      await route.fulfill({ response, body: (await response.text()).replaceAll(change?.to ?? '', url) })
    })
  }
  const ours = () => withUrl((change?.to ?? '').replace('localhost:3000', new URL(link.url).host))
  const theirOwn = () => withUrl((change?.from ?? '').replace('localhost:8080', new URL(theirs.url).host))

  test.each<[string, string, boolean, Outcome]>([
    ['loses in a cut what its head says, with the server of the tutorial', '/chat', false, onlyBefore],
    ['with nothing changed but its URL', '/chat', true, onlyBefore],
    ['in its Baro form loses nothing', '/chat-baro', true, all],
  ])('%s', async (_, path, isOurs, outcome) => {
    const one = await openAt(browser, link, path, isOurs ? ours() : theirOwn())
    const cut = isOurs ? one : { ...one, cut: theirs.cut, mend: theirs.mend }
    const target = isOurs ? port : servers.port('ws-chat.js')
    const comesBack = outcome.includes('later')
    expect(await seenThroughCut(cut, (text) => say(target, text, isOurs), { sends: true, comesBack })).toEqual(outcome)
    await one.close()
  })

  test('is longer than its Baro form', () => {
    expect(linesOf(code('app/chat-baro/page.js'))).toBeLessThan(linesOf(snippet('next/app/chat/page.js').code))
  })
})

describe('getStaticProps', () => {
  test('with fetch and revalidate shows the price of its render for as long as it is open', async () => {
    await setPrice('KRW', 101)
    await expect.poll(async () => (await fetch(`${link.url}/prices`)).text(), patience).toContain('KRW')
    const one = await openAt(browser, link, '/prices', async () => {})
    await setPrice('KRW', 120)
    await one.page.clock.fastForward(600_000)
    expect(await one.shown()).toEqual(['KRW 101'])
    await one.close()
  })

  test('with a snapshot goes on from its render: nothing is missed, in fewer lines', async () => {
    await setPrice('USD', 101)
    await expect.poll(async () => (await fetch(`${link.url}/prices-baro`)).text(), patience).toContain('USD')
    const one = await openAt(browser, link, '/prices-baro', async () => {})
    one.cut()
    await setPrice('USD', 120)
    one.mend()
    await one.page.getByText('USD 120').waitFor()
    await one.close()
    expect(linesOf(code('pages/prices-baro.js'))).toBeLessThan(linesOf(snippet('next/pages/prices.js').code))
  })
})

describe('a hub that pages/api attaches to res.socket.server', () => {
  let other: NextApp

  beforeAll(async () => {
    other = await app.again({ HUB_IN_API: '1' })
  })

  afterAll(() => {
    other?.server.kill('SIGKILL')
  })

  const set = (price: number) =>
    fetch(`${other.url}/baro/channels/prices`, {
      method: 'POST',
      body: JSON.stringify({ type: 'changed', payload: { symbol: 'KRW', price } }),
    })
  const read = async (path: string) => {
    const answer = await fetch(other.url + path)
    return { status: answer.headers.get('cache-status') ?? '', text: await answer.text() }
  }

  test('is there once somebody has asked, also when all ask at once, and asking again changes nothing', async () => {
    expect((await fetch(`${other.url}/baro/health`)).status).toBe(404)
    const asked = await Promise.all(Array.from({ length: 10 }, () => fetch(`${other.url}/api/hub`)))
    expect(asked.map(({ status }) => status)).toEqual(Array(10).fill(204))
    expect((await fetch(`${other.url}/baro/health`)).status).toBe(200)
    const socket = new WebSocket(`ws://localhost:${other.port}/baro/channels/lobby?view=payload`)
    await once(socket, 'open')
    const heard = once(socket, 'message')
    socket.send('hello')
    expect(String((await heard)[0])).toContain('hello')
    socket.terminate()
  })

  test('keeps the pages of getStaticProps, HTML and data, and renders one again as soon as it is behind', async () => {
    await fetch(`${other.url}/api/hub`)
    expect((await set(5)).status).toBe(200)
    const shows = (price: number) => async () => (await read('/prices-baro')).text.includes(`"price":${price}`)
    await expect.poll(shows(5), patience).toBe(true)
    await expect.poll(async () => (await read('/prices-baro')).status, patience).toMatch(/^Baro; hit; ttl=\d/)
    await set(6)
    // Ten seconds are the life of the page; nobody waits for them.
    const behind = await read('/prices-baro')
    expect(behind.status).toContain('detail=behind')
    await expect.poll(shows(6), patience).toBe(true)
    const [, build] = /"buildId":"([^"]+)"/.exec(behind.text) ?? []
    const data = async () => (await read(`/_next/data/${build}/prices-baro.json`)).text
    await expect.poll(data, patience).toContain('"price":6')
  })

  test('res.revalidate renews a page for its next visitor, also where it is kept in front of Next', async () => {
    await fetch(`${other.url}/api/hub`)
    const renew = async () => expect((await fetch(`${other.url}/api/renew`)).status).toBe(200)
    await setPrice('KRW', 301)
    await renew()
    expect((await read('/prices')).text).toContain('301')
    await setPrice('KRW', 302)
    const { status, text } = await read('/prices')
    expect(status).toMatch(/^Baro; hit/)
    expect(text).toContain('301')
    await renew()
    expect((await read('/prices')).text).toContain('302')
    expect((await read('/prices')).status).toMatch(/^Baro; hit; ttl=\d/)
  })
})
