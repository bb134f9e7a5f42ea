/** The demo of the home page under a hundred random sequences of its four buttons: `npm run break-it -- 100 SEED`. */

import { openDemo } from './break-it-sequences.ts'
import { launchBrowser } from './browser.ts'
import { randomOf } from './random-of.ts'
import { startSite } from './site.ts'

const sequences = Number(process.argv[2] ?? 100)
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000)
console.log(`seed ${seed}`)
const site = await startSite()
const browser = await launchBrowser()
const random = randomOf(seed)
const demo = await openDemo(await browser.newPage({ locale: 'en-US' }), `${site.url}/en`)
let wrong = 0
for (let sequence = 1; sequence <= sequences; sequence++) {
  const pressed = await demo.press(random)
  const complaints = await demo.complaints()
  wrong += complaints.length
  const verdicts = await demo.page
    .locator('[data-lost]')
    .evaluateAll((panes) =>
      panes.map((pane) => `${pane.getAttribute('data-caught-up')}/${pane.getAttribute('data-lost')}`),
    )
  console.log(
    `${sequence}. ${pressed.join(', ')}: ${verdicts.join(' and ')}${complaints.map((one) => `\n   ${one}`).join('')}`,
  )
}
console.log(`${sequences} sequences, ${wrong} complaints`)
await browser.close()
await site.kill()
process.exit(wrong === 0 ? 0 : 1)
