import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { complaintsOf, launchBrowser } from './browser.ts'
import { type NextApp, startNextApp } from './next-app.ts'
import { patience, slow } from './patience.ts'
import { upgrade } from './process-probes.ts'
import { race } from './race.ts'
import { expectSanitized } from './sanitized-room.ts'

vi.setConfig(slow)

let app: NextApp
let built = ''

/** What Next has rendered of a page since it was built. */
async function renderedSince(): Promise<string> {
  const cache = `${app.dir}/.next/server/route-cache`
  const files = await readdir(cache, { recursive: true }).catch(() => [])
  const counter = files.find((file) => file.endsWith('counter.html'))
  return counter === undefined ? '' : readFile(`${cache}/${counter}`, 'utf8')
}

beforeAll(async () => {
  app = await startNextApp('instrumented-app', [], async (dir) => {
    built = await readFile(`${dir}/.next/server/app/counter.html`, 'utf8')
  })
})

afterAll(() => {
  app?.server.kill('SIGKILL')
})

test('without a custom server a WebSocket may be the first thing that comes, and no catch-all route ends it', async () => {
  await expect.poll(() => upgrade(app.port, '/baro/connect'), patience).toBe('HTTP/1.1 101 Switching Protocols')
  expect(await upgrade(app.port, '/nothing')).toBe('HTTP/1.1 404 Not Found')
})

test('a page that was built without a hub stands nowhere, and is rendered once more before anybody asks for it', async () => {
  expect(built).toContain('&quot;position&quot;:&quot;none&quot;')
  await expect.poll(renderedSince, patience).toMatch(/&quot;position&quot;:&quot;1a\./)
  expect(await app.read('/counter')).toMatch(/^HIT s-maxage=3600 .*"position":"1a\..*"value":0/)
})

test.each([
  ['한글', 'room:%ED%95%9C%EA%B8%80'],
  ['a b', 'room:a%20b'],
  ['a+b', 'room:a%2Bb'],
  ['100%', 'room:100%25'],
])('the page and the route handler of %s meet on one channel', async (id, channel) => {
  const path = `/rooms/${encodeURIComponent(id)}`
  expect((await fetch(`${app.url}${path}/news`, { method: 'POST', body: 'From the server' })).status).toBe(204)
  const html = (await (await fetch(app.url + path)).text()).replaceAll('&quot;', '"')
  expect(html).toContain(`"channel":"${channel}"`)
  expect(html).toContain('"value":["From the server"]')
  expect(html).toContain(`<title>Room ${id}</title>`)
})

test('the sanitizer works in a hub that Turbopack has bundled, and does not go to the browser', () =>
  expectSanitized(app))

test('a page whose params name no channel is not found', async () => {
  expect((await fetch(`${app.url}/rooms/${'x'.repeat(21)}`)).status).toBe(404)
  expect((await fetch(`${app.url}/rooms/${encodeURIComponent('한'.repeat(21))}`)).status).toBe(404)
})

describe('the snapshot of a channel that is not public', () => {
  test('is rendered for one request', async () => {
    expect(await app.read('/diary/dynamic')).toMatch(/^ private .*a secret/)
  })

  // The first two were built, when nobody knew of any hub.
  test.each([
    ['/diary/cached', '/diary/cached'],
    ['/diary/static', '/diary/static'],
    ['/diary/of/ada', '/diary/of/[user]'],
    ['/diary/function', '/diary/function'],
  ])('never gets into %s, which all visitors share, and the log says which page it was', async (path, route) => {
    app.printedSince()
    let printed = ''
    await expect
      .poll(async () => {
        expect(await app.read(path)).not.toContain('a secret')
        printed += app.printedSince()
        return printed
      }, patience)
      .toMatch(/"(?:diary|notes:ada)" is not public, and /)
    expect(printed).toContain(`is not public, and ${route} is rendered for a cache that all visitors share.`)
    expect(await app.read(path)).not.toContain('a secret')
  })
})

describe('a change that is revalidated while a page is rendered', () => {
  // What Next does by itself; should it do better one day, this says so.
  test.each(['page', 'route'] as const)('is lost by the own cache of Next for a %s', async (kind) => {
    const { first, later } = await race(app, kind, `next-${kind}`, (path) => path)
    expect([first, await later()]).toEqual(['old', 'old'])
  })

  describe('with the cache handler', () => {
    let ours: NextApp
    beforeAll(async () => {
      ours = await app.again({ BARO_CACHE: '1' })
    })
    afterAll(() => {
      ours?.server.kill('SIGKILL')
    })

    test.each(['page', 'route'] as const)('is there for the next visitor of a %s', async (kind) => {
      const { first } = await race(ours, kind, `ours-${kind}`, (path) => path)
      expect(first).toBe('new')
    })

    test.each(['page', 'route'] as const)(
      'is found by the positions of a %s, although nobody revalidated it',
      async (kind) => {
        const { later } = await race(ours, kind, `told-${kind}`, () => '')
        await expect.poll(later, patience).toBe('new')
      },
    )

    test('a page that is current is a hit', async () => {
      await ours.read('/race/page/quiet')
      await expect.poll(() => ours.read('/race/page/quiet'), patience).toMatch(/^HIT s-maxage=3600 /)
    })
  })

  describe('with the pages of Next kept in front of it', () => {
    let ours: NextApp
    beforeAll(async () => {
      ours = await app.again({ BARO_CACHE: '1', BARO_PAGES: '1' })
      // The server is found by the first request that it gets.
      await vi.waitFor(async () => expect((await fetch(`${ours.url}/baro/health`)).status).toBe(200), patience)
    })
    afterAll(() => {
      ours?.server.kill('SIGKILL')
    })
    const statusOf = async (path: string, headers: Record<string, string> = {}) => {
      const { headers: got } = await fetch(ours.url + path, { headers })
      return `${got.get('content-type')?.split(';')[0]} ${got.get('cache-status')}`
    }

    test('HTML and payloads are hits, each for itself, and never say more than they are', async () => {
      const path = '/race/page/front'
      expect(await statusOf(path)).toBe('text/html Baro; fwd=uri-miss; stored')
      await expect.poll(() => statusOf(path), patience).toMatch(/^text\/html Baro; hit; ttl=/)
      await statusOf(`${path}?_rsc=1`, { rsc: '1' })
      await expect
        .poll(() => statusOf(`${path}?_rsc=1`, { rsc: '1' }), patience)
        .toMatch(/^text\/x-component Baro; hit/)
      expect(await statusOf('/diary/dynamic')).toMatch(/^text\/html Baro; fwd=/)
      expect(await ours.read('/diary/dynamic')).toMatch(/^ private .*a secret/)
    })

    test.each(['page', 'route'] as const)(
      'a change is there for the next visitor of a %s, told or not',
      async (kind) => {
        expect((await race(ours, kind, `front-${kind}`, (path) => path)).first).toBe('new')
        const { later } = await race(ours, kind, `quiet-${kind}`, () => '')
        await expect.poll(later, patience).toBe('new')
      },
    )
  })
})

test('<Refresh> has the server render its part again when the channel moves, and keeps scroll and what was typed', async () => {
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage()
    const complaints = complaintsOf(page)
    let renders = 0
    page.on('request', (request) => {
      if (request.headers().rsc !== undefined && request.url().includes('/refreshed')) renders++
    })
    await page.goto(`${app.url}/refreshed`)
    await page.getByLabel('A field').fill('typed')
    await page.evaluate(() => scrollTo(0, 500))
    const news = (text: string) => fetch(`${app.url}/rooms/refreshed/news`, { method: 'POST', body: text })
    for (let index = 0; index < 20; index++) expect((await news(`news ${index}`)).status).toBe(204)
    await expect.poll(() => page.locator('#list').textContent(), patience).toContain('news 18, news 19')
    expect(await page.getByLabel('A field').inputValue()).toBe('typed')
    expect(await page.evaluate(() => scrollY)).toBe(500)
    expect(renders).toBeLessThan(20)
    expect(complaints.filter((complaint) => !complaint.includes('404'))).toEqual([])
  } finally {
    await browser.close()
  }
})

test('an exception nobody caught ends the process, although Next would go on', async () => {
  app.server.kill('SIGUSR2')
  expect((await once(app.server, 'exit'))[0]).toBe(1)
})
