import { expect, test, vi } from 'vitest'
import { complaintsOf } from './browser.ts'
import { slow } from './patience.ts'
import { waitForLive } from './room-page.ts'
import { browser, site, visitSite } from './visited-site.ts'

vi.setConfig(slow)
visitSite({ dev: true })

// The client checks in development what it is called with, and Next sends other scripts.
test.each(['/en/machine', '/ko/rooms/1', '/ko/pages-router'])(
  'npm run dev: %s goes live, without a complaint',
  async (path) => {
    const page = await (await browser.newContext()).newPage()
    const complaints = complaintsOf(page)
    await page.goto(site.url + path)
    await waitForLive(page)
    expect(complaints).toEqual([])
    await page.context().close()
  },
)
