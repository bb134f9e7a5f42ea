import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { describe, expect, test, vi } from 'vitest'
import { jpeg3x2 } from '../site/media-files.ts'
import { complaintsOf } from './browser.ts'
import { patience, slow } from './patience.ts'
import { waitForLive } from './room-page.ts'
import { browser, site, visitSite } from './visited-site.ts'

vi.setConfig(slow)
visitSite()

const pages = fileURLToPath(new URL('../../examples/site/.next/server', import.meta.url))

/** Asks for exactly this target: `fetch` would correct it. */
async function ask(target: string, method = 'GET') {
  return new Promise<{ status: number | undefined; cacheControl: string | undefined; bytes: number }>(
    (resolve, reject) => {
      const asked = request({ port: site.port, path: target, method }, (answer) => {
        let bytes = 0
        answer.on('data', (chunk) => {
          bytes += chunk.length
        })
        answer.on('end', () =>
          resolve({ status: answer.statusCode, cacheControl: answer.headers['cache-control'], bytes }),
        )
      })
      asked.on('error', reject).end()
    },
  )
}

/** In all names that are invented here. Other tests have sites of the same build, whose pages stand beside these. */
const mark = `z${process.pid}z${Date.now().toString(36)}`
let names = 0

const invented = (shape: (name: string) => string, count = 40) =>
  Array.from({ length: count }, () => shape(`${mark}${names++}`))

async function inventedOnDisk(): Promise<readonly string[]> {
  const isInvented = new RegExp(`${mark}|evil|x{200}|a{200}`)
  return (await readdir(pages, { recursive: true })).filter((path) => isInvented.test(path))
}

/** A page that may not be rendered is also not asked for in the background. */
async function settle(): Promise<void> {
  await fetch(`${site.url}/en/rooms/1`)
  await expect.poll(async () => (await ask('/en/rooms/1')).cacheControl, patience).toContain('s-maxage')
}

describe('I7: names that strangers invent', () => {
  test('are answered with a short 404 that nobody caches, without an exception, and with nothing on the disk', async () => {
    for (const path of ['/en', '/ko', '/en/machine', '/ko/machine']) await ask(path)
    await settle()
    const printed = site.printed()
    const targets = [
      ...['/%', '/%ff', '/%00', '/rooms/%', '/en/rooms/%ff', '/en/rooms/%00', '/_next/%', '/_next/static/%ff', '*'],
      ...['/rooms/../../evil', '/rooms/..%2f..%2fevil', '/_next/static/../../evil.y', '//evil.example/rooms/1'],
      ...[`/rooms/${'x'.repeat(5_000)}`, `/${'x'.repeat(5_000)}`, `/rooms/${'%61'.repeat(5_000)}`],
      ...invented((name) => `/en/rooms/${name}!`),
      ...invented((name) => `/en/rooms/${name}.rsc`),
      ...invented((name) => `/${name}.y`),
      ...invented((name) => `/${name}.y/machine`),
      ...invented((name) => `/en/${name}/here`),
      ...invented((name) => `/_next/image?url=%2F${name}.png&w=16&q=75`),
    ]
    for (const target of targets) {
      const { status, cacheControl, bytes } = await ask(target)
      expect([target, status, cacheControl]).toEqual([target, 404, 'no-store'])
      expect(bytes).toBeLessThan(2_500)
    }
    await Promise.all(invented((name) => `/_next/static/${name}.js`).map((target) => ask(target)))
    expect(await inventedOnDisk()).toEqual([])
    expect(site.printed()).toBe(printed)
  })

  test('of rooms that may be there take nothing of the disk, and the newest are kept in memory', async () => {
    for (const targets of [invented((name) => `/en/rooms/a${name}`, 40), invented((name) => `/ko/rooms/b${name}`, 10)])
      for (const target of targets) expect((await ask(target)).status).toBe(200)
    expect(await inventedOnDisk()).toEqual([])
    const [newest = ''] = invented((name) => `/en/rooms/c${name}`, 1)
    await ask(newest)
    expect((await fetch(site.url + newest)).headers.get('cache-status')).toMatch(/^Baro; hit/)
  })

  test('are no channels where they are no pages', async () => {
    const name = `room:${encodeURIComponent('../../evil')}`
    const body = JSON.stringify({ type: 'message', payload: { name: 'Eve', text: 'a dead link' } })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${site.url}/baro/channels/${name}`)).status).toBe(404)
    expect((await fetch(`${site.url}/baro/channels/${name}`, { method: 'POST', headers, body })).status).toBe(404)
    expect(await (await fetch(`${site.url}/baro/channels/activity`)).text()).not.toContain('a dead link')
  })
})

test('a room has a name in Hangul, one address, and a link that leads there', async () => {
  await site.publish(encodeURIComponent('한글방'), 'hangul')
  const decomposed = `${site.url}/ko/rooms/${encodeURIComponent('한글방'.normalize('NFD'))}`
  const answer = await fetch(decomposed)
  expect(answer.url).toBe(`${site.url}/ko/rooms/${encodeURIComponent('한글방')}`)
  expect(await answer.text()).toContain('text of hangul')
  const page = await browser.newPage()
  await page.goto(`${site.url}/ko`)
  await page.getByRole('link', { name: /한글방/ }).click()
  await page.getByRole('heading', { level: 1, name: /한글방/ }).waitFor()
  await page.getByText('text of hangul').waitFor()
  await page.close()
})

describe('the policy of the site', () => {
  const policy = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'content-security-policy': expect.stringMatching(/default-src 'self'.*frame-ancestors 'none'/),
  }

  test.each(['/', '/en/machine', '/ko/rooms/1', '/nothing', '/rooms/%', '/icon.svg', '/rooms/1/'])(
    'comes with %s',
    async (path) => {
      const { headers } = await fetch(site.url + path, { redirect: 'manual' })
      expect(Object.fromEntries(headers)).toMatchObject(policy)
    },
  )

  const scriptsOf = ({ headers }: Response) =>
    /script-src ([^;]*)/.exec(headers.get('content-security-policy') ?? '')?.[1]?.split(' ') ?? []

  test.each(['/en', '/ko/rooms/1', '/en/docs/pages', '/en/club/1', '/nothing'])(
    'lets no inline script of %s run but its own',
    async (path) => {
      const [first, second] = [await fetch(site.url + path), await fetch(site.url + path)]
      const sources = scriptsOf(second)
      expect(sources[0]).toBe("'self'")
      expect(sources.length).toBeGreaterThan(1)
      for (const source of sources.slice(1)) expect(source).toMatch(/^'(?:sha256|nonce)-[\w+/]+=*'$/)
      // A nonce is for one answer; hashes are those of a page that is the same for all.
      if (path.includes('club')) expect(scriptsOf(first)).not.toEqual(sources)
      expect(sources.some((source) => source.includes('nonce'))).toBe(/club|nothing/.test(path))
    },
  )

  /** What a page wanted to do and may not. */
  async function openWatched(path: string): Promise<{
    page: Page
    complaints: readonly string[]
    violations: () => Promise<readonly string[]>
  }> {
    const page = await browser.newPage({ locale: 'en-US' })
    await page.addInitScript(() => {
      const found: string[] = []
      Object.assign(window, { violations: found })
      document.addEventListener('securitypolicyviolation', (event) => {
        found.push(`${event.effectiveDirective} ${event.blockedURI}`)
      })
    })
    const complaints = complaintsOf(page)
    await page.goto(site.url + path)
    return {
      page,
      complaints,
      violations: () => page.evaluate(() => (window as unknown as { violations: readonly string[] }).violations),
    }
  }

  // A page does the same in both languages; `npm run test:long` looks at both of each.
  const other = ['/ko', '/en/machine', '/ko/transports', '/en/compat', '/ko/compare', '/ko/club/1', '/rooms/policy']
  test.each([
    '/en',
    '/ko/machine',
    '/en/transports',
    '/ko/compat',
    '/en/rooms/policy',
    '/en/compare',
    '/en/club/1',
    '/en/pages-router',
    ...(process.env.BARO_WHOLE ? other : []),
  ])('is no obstacle for %s', async (path) => {
    const picture = { image: { 'baro:bytes': Buffer.from(jpeg3x2).toString('base64') }, mimeType: 'image/jpeg' }
    const sound = { 'baro:bytes': Buffer.from([0x1a, 0x45, 0xdf, 0xa3]).toString('base64') }
    const voice = { sound, mimeType: 'audio/webm', durationMs: 1_000 }
    for (const [type, payload] of [
      ['picture', { picture: { ...picture, width: 3, height: 2 } }],
      ['voice', { voice }],
    ] as const)
      await fetch(`${site.url}/baro/channels/room:policy`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ type, payload: { name: 'Ada', ...payload } }),
      })
    const { page, complaints, violations } = await openWatched(path)
    if (path.endsWith('/transports')) {
      await page.getByRole('button', { name: /^(?:Start|시작)$/ }).click()
      await page.waitForSelector('[data-race=running]')
    } else if (path.endsWith('/compare')) {
      await page.getByRole('button', { name: /^(?:Measure|측정)/ }).click()
      await page.waitForSelector('[data-way=isr] [data-average-stale]')
    } else if (path.endsWith('/club/1')) await page.getByRole('heading', { level: 1 }).waitFor()
    else await waitForLive(page)
    if (path.endsWith('/policy')) {
      const image = page.getByRole('img').first()
      expect(await image.evaluate((one: HTMLImageElement) => one.decode().then(() => one.naturalWidth))).toBe(3)
      await page.locator('audio').first().waitFor()
    }
    expect(await violations()).toEqual([])
    expect(complaints).toEqual([])
    await page.close()
  })

  test('is no obstacle for a walk through the pages without a connection, nor for a navigation from one to the next', async () => {
    const { page, complaints, violations } = await openWatched('/en/demos')
    const paths = ['/how', '/sign-in', '/docs', '/docs/pages', '/benchmarks', '/device']
    for (const path of paths) {
      await page.goto(`${site.url}/en${path}`)
      await page.getByRole('heading', { level: 1 }).first().waitFor()
      expect([path, await violations()]).toEqual([path, []])
    }
    await page.evaluate(() => document.body.setAttribute('data-not-reloaded', ''))
    await page
      .getByRole('link', { name: /^Docs$/ })
      .first()
      .click()
    await page.waitForURL(/\/docs$/)
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    expect(await page.locator('body[data-not-reloaded]').count()).toBe(1)
    expect(await violations()).toEqual([])
    expect(complaints).toEqual([])
    await page.close()
  })

  test('keeps foreign scripts, pictures, frames and addresses out, and scripts that are put into a page', async () => {
    const { page, violations } = await openWatched('/en')
    await page.evaluate(() => {
      const inline = document.createElement('script')
      inline.textContent = "document.body.dataset.broken = 'yes'"
      document.body.append(inline)
      for (const [name, address] of [
        ['script', 'src'],
        ['img', 'src'],
        ['iframe', 'src'],
        ['object', 'data'],
      ] as const) {
        const element = document.createElement(name)
        element.setAttribute(address, 'https://evil.example/')
        document.body.append(element)
      }
      fetch('https://evil.example/').catch(() => {})
    })
    const directives = async () => (await violations()).map((one) => one.split(' ')[0]).toSorted()
    await expect
      .poll(directives, patience)
      .toEqual(['connect-src', 'frame-src', 'img-src', 'object-src', 'script-src-elem', 'script-src-elem'])
    expect(await page.evaluate(() => document.body.dataset.broken)).toBeUndefined()
    await page.close()
  })
})
