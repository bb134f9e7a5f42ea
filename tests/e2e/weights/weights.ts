/**
 * What a page of the site costs its visitor: `npm run weights -- /en /en/machine`. It prints for each page LCP, CLS and TBT of
 * Chromium with four times less processor and a warm server, and the bytes that came over the network, medians of five loads.
 */
import type { Page } from 'playwright-core'
import { launchBrowser } from '../browser.ts'
import { startSite } from '../site.ts'

interface Weight {
  readonly lcpMs: number
  readonly cls: number
  readonly tbtMs: number
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
console.log('| page | LCP, ms | CLS | TBT, ms | JavaScript, kB | all, kB |\n|---|---|---|---|---|---|')
for (const path of paths) {
  const found: Weight[] = []
  for (let load = 0; load < loads; load++) {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
    found.push(await weigh(await context.newPage(), site.url + path))
    await context.close()
  }
  const of = (figure: keyof Weight) => found.map((weight) => weight[figure]).sort((a, b) => a - b)[loads >> 1] ?? 0
  const cells = [of('lcpMs').toFixed(0), of('cls').toFixed(3), of('tbtMs').toFixed(0)]
  console.log(`| ${[path, ...cells, of('scriptKb').toFixed(1), of('allKb').toFixed(1)].join(' | ')} |`)
}
await browser.close()
await site.kill()

async function weigh(page: Page, url: string): Promise<Weight> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.enable')
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  const types = new Map<string, string>()
  let [scripts, all] = [0, 0]
  devtools.on('Network.responseReceived', ({ requestId, type }) => types.set(requestId, type))
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    all += encodedDataLength
    if (types.get(requestId) === 'Script') scripts += encodedDataLength
  })
  await page.addInitScript(watching)
  await page.goto(url, { waitUntil: 'load' })
  // The figures are of the first seconds of a page; what moves later counts as well.
  await page.waitForTimeout(settledMs)
  const seen = await page.evaluate(() => (window as unknown as { seen: Omit<Weight, 'scriptKb' | 'allKb'> }).seen)
  return { ...seen, scriptKb: scripts / 1_000, allKb: all / 1_000 }
}
