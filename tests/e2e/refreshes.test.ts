import { expect, test, vi } from 'vitest'
import { slow } from './patience.ts'
import { refreshEachRung } from './refreshed.ts'
import { browser, site, visitSite } from './visited-site.ts'

vi.setConfig(slow)

// A page that a route fulfils has no address, and Chromium then keeps it from this machine.
// A token is renewed when half of this is over: a busy machine has the other half for it.
visitSite({ tokenLifeMs: 10_000, launch: { without: ['LocalNetworkAccessChecks'] } })

test('I8: tokens are renewed on each rung and nobody sees it; without an issuer the page waits, and then goes on', async () => {
  const { during, after } = await refreshEachRung(site, browser, { count: 4, awayMs: 0 })
  for (const one of during) expect(one).toMatchObject({ wrong: 0, statuses: ['live'], resubscribes: 0, resets: 0 })
  for (const one of after) {
    expect(one).toMatchObject({ wrong: 0, resets: 0, statuses: expect.arrayContaining(['needs-auth']) })
    expect(one.statuses.at(-1)).toBe('live')
  }
})
