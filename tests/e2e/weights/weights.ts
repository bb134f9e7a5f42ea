/**
 * What a page of the site costs its visitor: `npm run weights -- /en /en/machine`. It prints for each page LCP, CLS and TBT of
 * Chromium with four times less processor and a warm server, what its thread and the server worked in the first seconds, and the
 * bytes that came over the network, medians of five loads. Links are fetched beforehand, so what comes is more than what the page names.
 */
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../browser.ts'
import { startSite } from '../site.ts'
import { scriptWeight } from './script-weight.ts'

interface Weight {
  readonly lcpMs: number
  readonly cls: number
  readonly tbtMs: number
  /** What the thread of the page worked, and how much of it in scripts. */
  readonly taskMs: number
  readonly scriptMs: number
  readonly serverMs: number
  readonly requests: number
  readonly scriptKb: number
  readonly allKb: number
}

/** As text: what tsx makes of a function calls helpers that no page has. */
const watching = `
  window.seen = { lcpMs: 0, cls: 0, tbtMs: 0 }
  const watch = (type, each) =>
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) each(entry) }).observe({ type, buffered: true })
  watch('largest-contentful-paint', ({ startTime }) => { seen.lcpMs = startTime })
  watch('layout-shift', ({ value }) => { seen.cls += value })
  watch('longtask', ({ duration }) => { seen.tbtMs += Math.max(0, duration - 50) })
`

const loads = 5
const settledMs = 3_000

const paths = process.argv.slice(2)
const site = await startSite()
const browser = await launchBrowser()
console.log(
  '| page | scripts beside those of an empty page, kB | LCP, ms | CLS | TBT, ms | page thread, ms | of it scripts, ms | server, ms | requests | all scripts, kB | all, kB |',
)
console.log('|---|---|---|---|---|---|---|---|---|---|---|')
for (const path of paths) {
  const found: Weight[] = []
  for (let load = 0; load < loads; load++) {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
    found.push(await weigh(await context.newPage(), site.url + path))
    await context.close()
  }
  const of = (figure: keyof Weight) => found.map((weight) => weight[figure]).sort((a, b) => a - b)[loads >> 1] ?? 0
  const own = scriptWeight(await (await fetch(site.url + path)).text()) / 1_000
  const times = (['lcpMs', 'cls', 'tbtMs', 'taskMs', 'scriptMs', 'serverMs', 'requests'] as const).map((figure) =>
    of(figure).toFixed(figure === 'cls' ? 3 : 0),
  )
  console.log(`| ${[path, own.toFixed(1), ...times, of('scriptKb').toFixed(1), of('allKb').toFixed(1)].join(' | ')} |`)
}
await browser.close()
await site.kill()

async function weigh(page: Page, url: string): Promise<Weight> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.enable')
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  const types = new Map<string, string>()
  await devtools.send('Performance.enable')
  let [scripts, all, requests] = [0, 0, 0]
  devtools.on('Network.responseReceived', ({ requestId, type }) => types.set(requestId, type))
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    all += encodedDataLength
    if (types.get(requestId) === 'Script') scripts += encodedDataLength
  })
  devtools.on('Network.requestWillBeSent', () => {
    requests++
  })
  await page.addInitScript(watching)
  const serverBefore = workedMs()
  await page.goto(url, { waitUntil: 'load' })
  // The figures are of the first seconds of a page; what moves later counts as well.
  await page.waitForTimeout(settledMs)
  const serverMs = workedMs() - serverBefore
  const { metrics } = await devtools.send('Performance.getMetrics')
  const spentMs = (name: string) => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1_000
  const seen = await page.evaluate(() => (window as unknown as { seen: Pick<Weight, 'lcpMs' | 'cls' | 'tbtMs'> }).seen)
  const worked = { taskMs: spentMs('TaskDuration'), scriptMs: spentMs('ScriptDuration'), serverMs }
  return { ...seen, ...worked, requests, scriptKb: scripts / 1_000, allKb: all / 1_000 }
}

/** How long the process of the site has worked, as Linux counts it, in steps of 10 ms. */
function workedMs(): number {
  const [, fields = ''] = readFileSync(`/proc/${site.process.pid}/stat`, 'utf8').split(') ')
  const [user, system] = fields.split(' ').slice(11, 13).map(Number)
  return ((user ?? 0) + (system ?? 0)) * 10
}
