/**
 * `npm run writing -- MINUTES`: what a text of a megabyte costs that five people write for so long, four keys a second each; first
 * without a browser, as fast as the machine takes it, then in Chromium: how long its page takes to open.
 */
import { launchBrowser } from '../e2e/browser.ts'
import { startSite } from '../e2e/site.ts'
import { writeLong } from './write-long.ts'
import { writeTogether } from './write-together.ts'

const [minutes = '10'] = process.argv.slice(2)
const [length, writers] = [1 << 20, 5]
const keys = Math.round(Number(minutes) * 60 * 4)

const written = await writeTogether({ length, writers, keys, seed: 1 })
const perKey = (value: number) => (value / (keys * writers)).toFixed(2)
const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`
console.log(`${length} letters, ${writers} writers, ${keys * writers} keys (${minutes} minutes)`)
console.log(`  fields that differ at the end: ${written.different}; updates refused: ${written.refused}`)
console.log(`  bytes of update a key: ${perKey(written.updateBytes)}`)
console.log(`  CPU a key, of the hub and all ${writers} editors, in ms: ${perKey(written.cpuMs)}`)
console.log(
  `  state: ${megabytes(written.stateBytes)}; heap of the hub and all editors: ${megabytes(written.heapBytes)}`,
)

const site = await startSite()
const browser = await launchBrowser()
await writeLong(site.url, 'long', written.text)
const path = `${site.url}/en/write/long`
const opened: string[] = []
for (let load = 0; load < 5; load++) {
  const page = await (await browser.newContext()).newPage()
  const began = performance.now()
  const html = await (await page.goto(path, { waitUntil: 'commit' }))?.body()
  await page.locator('main textarea').waitFor()
  const shown = performance.now() - began
  await page.locator('textarea[data-bound]').waitFor()
  opened.push(`${Math.round(shown)}/${Math.round(performance.now() - began)}`)
  if (load === 0) console.log(`  HTML of the page: ${megabytes(html?.length ?? 0)}`)
  await page.context().close()
}
console.log(`  page in Chromium, ms until the text is there/one can write, five loads: ${opened.join(', ')}`)
await browser.close()
await site.kill()
