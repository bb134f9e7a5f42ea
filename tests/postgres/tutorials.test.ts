/** The pages of `examples/tutorials` that are for Supabase, in Chromium, with nothing changed but their URL. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../packages/postgres/test/test-database.ts'
import { launchBrowser } from '../e2e/browser.ts'
import { slow } from '../e2e/patience.ts'
import { readSource } from '../house/source-files.ts'
import { all, notMeanwhile, type Outcome, seenThroughCut } from '../tutorials/cut.ts'
import { baroForm, linesOf, original, snippet } from '../tutorials/snippet.ts'
import { type OpenPage, openPage, pageOf, Servers } from '../tutorials/stage.ts'

vi.setConfig(slow)

const server = 'supabase.baro.js'
let browser: Browser
let database: TestDatabase
let servers: Servers
let pages: OpenPage[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  await database.run('create table posts (id bigserial primary key, body text not null)')
  process.env.DATABASE_URL = database.url
  servers = await Servers.start(server)
  browser = await launchBrowser()
})

afterEach(async () => {
  for (const page of pages) await page.close()
  pages = []
})

afterAll(async () => {
  await browser?.close()
  servers?.stop()
  await database.end()
})

/** The code of a page with its URL changed, and that of its Baro form. */
const forms = (path: string): readonly (readonly [name: string, path: string, code: string])[] => [
  ['with nothing changed but its URL', path, snippet(path).code],
  ['in its Baro form', baroForm(path), readSource(`examples/tutorials/${baroForm(path)}`)],
]

async function open(path: string, code: string): Promise<OpenPage> {
  const page = await openPage({ browser, servers, server, html: await pageOf(path, code), token: '' })
  pages.push(page)
  return page
}

/** Does something, and lets the clock of a page go on, until it is so. */
async function until(page: OpenPage, isSo: (shown: readonly string[]) => boolean, act = async () => {}): Promise<void> {
  while (!isSo(await page.shown())) {
    await act()
    await page.page.clock.runFor(500)
  }
}

const say = (text: string) => database.pool.query('insert into posts (body) values ($1)', [text])
const feed = 'clients/supabase-insert-feed.js'
const outcomes: readonly Outcome[] = [notMeanwhile, all]

describe(feed, () => {
  test.each(forms(feed).map((form, index) => [...form, outcomes[index]] as const))(
    '%s shows what is inserted',
    async (_name, path, code, outcome) => {
      // It closes the page itself.
      const one = await openPage({ browser, servers, server, html: await pageOf(path, code), token: '' })
      expect(await seenThroughCut(one, say, { sends: false, comesBack: true })).toEqual(outcome)
    },
  )
})

const cursors = 'clients/supabase-cursors.js'

describe(cursors, () => {
  test.each(forms(cursors).map((form, index) => [...form, index === 0] as const))(
    '%s shows where others are, and what is sent right after subscribe()',
    async (_name, path, code, sendsAtOnce) => {
      const watcher = await open(path, code)
      const early = await open(path, code)
      let moves = 0
      await until(
        watcher,
        (shown) => shown.includes('7, 9'),
        async () => {
          await early.page.mouse.move(++moves % 5, 0)
          await early.page.mouse.move(7, 9)
        },
      )
      const first = (shown: readonly string[]) => shown.filter((text) => text === '0, 0').length
      const before = first(await watcher.shown())
      const late = await open(path, code)
      if (sendsAtOnce)
        await until(
          watcher,
          (shown) => first(shown) > before,
          () => late.page.clock.runFor(100),
        )
      let way = 20
      await until(
        watcher,
        (shown) => shown.includes('11, 13'),
        async () => {
          await late.page.mouse.move(++way, 0)
          await late.page.mouse.move(11, 13)
        },
      )
    },
  )
})

const presence = 'clients/supabase-presence.js'

describe(presence, () => {
  test.each(forms(presence))('%s shows who is there, each once, until they go', async (_name, path, code) => {
    const one = await open(path, code)
    await until(one, (shown) => shown.length === 1)
    const [own] = await one.shown()
    const other = await open(path, code)
    await until(
      one,
      (shown) => shown.length === 2,
      () => other.page.clock.runFor(100),
    )
    await until(other, (shown) => shown.length === 2)
    expect((await other.shown()).toSorted()).toEqual((await one.shown()).toSorted())
    pages = [one]
    await other.close()
    await until(one, (shown) => shown.length === 1)
    expect(await one.shown()).toEqual([own])
  })
})

test.each([feed, cursors, presence])('%s is longer than its Baro form, and its head says the change', (path) => {
  const form = readSource(`examples/tutorials/${baroForm(path)}`)
  expect(linesOf(form)).toBeLessThan(linesOf(snippet(path).code))
  expect(original(path)).toContain('https://xyzcompany.supabase.co')
})
