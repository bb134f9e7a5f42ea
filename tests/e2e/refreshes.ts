/** `npm run refreshes -- 120`: renews tokens of two seconds so often on each rung, and says whether a page of Chromium noticed. */
import { launchBrowser } from './browser.ts'
import { type Refreshed, refreshEachRung } from './refreshed.ts'
import { startSite } from './site.ts'

const count = Number(process.argv[2] ?? 120)
const site = await startSite({ tokenLifeMs: 2_000 })
const browser = await launchBrowser({ without: ['LocalNetworkAccessChecks'] })
const began = performance.now()
try {
  const { during, after } = await refreshEachRung(site, browser, { count, awayMs: 20_000 })
  say('While tokens were renewed', during)
  say('After the issuer was away for 20 s', after)
  const isQuiet = during.every(({ statuses, resubscribes }) => statuses.join() === 'live' && resubscribes === 0)
  const isComplete = after.every(
    ({ wrong, resets, statuses }) => wrong === 0 && resets === 0 && statuses.at(-1) === 'live',
  )
  if (!isQuiet || !isComplete) process.exitCode = 1
  console.log(`${Math.round((performance.now() - began) / 1_000)} s`)
} finally {
  await browser.close()
  await site.kill()
}

function say(when: string, results: readonly Refreshed[]): void {
  console.log(`${when}:`)
  for (const { rung, refreshes, published, wrong, statuses, reasons, resubscribes, resets } of results)
    console.log(
      `  ${rung}: ${refreshes} refreshes, ${published} published, ${wrong} wrong, ${resubscribes} subscribed anew, ${resets} resets; ${statuses.join(' ')} (${reasons.join(', ')})`,
    )
}
