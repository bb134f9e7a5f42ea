import { fileURLToPath } from 'node:url'
import type { Rung } from '@baro/client'
import { parsePosition } from '@baro/core/protocol'
import { build } from 'esbuild'
import type { APIRequestContext, Browser, Page } from 'playwright-core'
import type { Watch } from './refreshing-page.ts'
import type { Site } from './site.ts'

const rungs: readonly Rung[] = ['websocket', 'sse', 'long-poll', 'poll']

/** What became of a page while its token was renewed again and again. */
export interface Refreshed {
  readonly rung: Rung
  /** Tokens that it got beside its first. */
  readonly refreshes: number
  readonly published: number
  /** Publications that it was not told, or not in their order, or twice. */
  readonly wrong: number
  /** The statuses that it showed. */
  readonly statuses: readonly string[]
  /** Why it waited. */
  readonly reasons: readonly string[]
  /** How often it subscribed anew, and was reset. */
  readonly resubscribes: number
  readonly resets: number
}

/** What to do, and for how long. */
export interface Refreshes {
  /** How often each page renews its token at least. */
  readonly count: number
  /** For how long the issuer gives no token afterwards, at least, in milliseconds. */
  readonly awayMs: number
}

/**
 * Opens a page over each rung, each in a browser of its own, on a site whose tokens are short. For half of the refreshes
 * nothing happens in the room, as a request that is held then brings no answer; then it publishes all the while. Then the issuer goes away, and comes back.
 */
export async function refreshEachRung(
  site: Site,
  browser: Browser,
  { count, awayMs }: Refreshes,
): Promise<{ readonly during: readonly Refreshed[]; readonly after: readonly Refreshed[] }> {
  const html = `<!doctype html><meta charset="utf-8"><title>Refreshes</title><script type="module">${await script()}</script>`
  const pages = await Promise.all(
    rungs.map(async (rung) => {
      const context = await browser.newContext()
      await signIn(context.request, site)
      await context.route('**/refreshes?*', (route) => route.fulfill({ contentType: 'text/html', body: html }))
      const page = await context.newPage()
      await page.goto(`${site.url}/refreshes?rung=${rung}`)
      await page.waitForFunction(() => window.watch.first !== undefined)
      return { rung, page, context }
    }),
  )
  const author = await browser.newContext()
  await signIn(author.request, site)
  const published: number[] = []

  /** Publishes until `isDone`, a few at a time, and lets no page stay behind. */
  async function publishUntil(isDone: () => Promise<boolean>, followers = pages): Promise<void> {
    do {
      for (let index = 0; index < 5; index++) {
        const { token } = await (await asked(author.request, site, '/session/token')).json()
        published.push(await publish(site, token))
      }
      const last = published.at(-1)
      for (const { page } of followers)
        await page.waitForFunction((offset) => (window.watch.offsets.at(-1) ?? 0) >= offset, last ?? 0)
    } while (!(await isDone()))
  }

  const results = () => Promise.all(pages.map(async ({ rung, page }) => resultOf(rung, await watchIn(page), published)))

  for (const { page } of pages)
    await page.waitForFunction((wanted) => window.watch.tokens > wanted, count / 2, {
      timeout: 10_000 * count + 60_000,
    })
  await publishUntil(async () => (await results()).every(({ refreshes }) => refreshes >= count))
  const during = await results()

  for (const { context } of pages) await context.route('**/session/token', (route) => route.abort())
  for (const { page } of pages)
    await page.waitForFunction(() => window.watch.statuses.at(-1) === 'needs-auth' && window.watch.refusals > 1)
  // What they miss.
  await publishUntil(async () => true, [])
  const [first] = pages
  await first?.page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), awayMs)
  for (const { context } of pages) await context.unroute('**/session/token')
  for (const { page } of pages) await page.waitForFunction(() => window.watch.statuses.at(-1) === 'live')
  await publishUntil(async () => true)
  const after = await results()
  for (const { context } of pages) await context.close()
  await author.close()
  return { during, after }
}

async function script(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./refreshing-page.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    minify: true,
    write: false,
    conditions: ['baro-source', 'browser'],
  })
  return outputFiles.map(({ text }) => text.replaceAll('</script', '<\\/script')).join()
}

function watchIn(page: Page): Promise<Watch> {
  return page.evaluate(() => window.watch)
}

function resultOf(
  rung: Rung,
  { offsets, statuses, reasons, counters, first, tokens }: Watch,
  published: readonly number[],
): Refreshed {
  return {
    rung,
    refreshes: tokens - 1,
    published: published.length,
    wrong:
      published.filter((offset, index) => offsets[index] !== offset).length +
      Math.max(0, offsets.length - published.length),
    statuses,
    reasons,
    resubscribes: counters.subscribes - (first?.subscribes ?? 0),
    resets: counters.reset - (first?.reset ?? 0),
  }
}

async function signIn(request: APIRequestContext, site: Site): Promise<void> {
  const answer = await asked(request, site, '/en/session', { name: 'Ada' })
  if (answer.status() !== 204) throw new Error(`The issuer answered ${answer.status()}.`)
}

function asked(request: APIRequestContext, { url }: Site, path: string, form: Record<string, string> = {}) {
  return request.post(url + path, { form, headers: { origin: url, accept: 'application/json' } })
}

async function publish({ url }: Site, token: string): Promise<number> {
  const answer = await fetch(`${url}/baro/channels/club:refreshes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ type: 'message', payload: { name: 'Ada', text: 'still here' } }),
  })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  const { position } = await answer.json()
  const parsed = parsePosition(position)
  if (!parsed.ok || parsed.value.kind !== 'at') throw new Error(`No place: ${position}`)
  return parsed.value.offset
}
