import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { type BrowserOptions, launchBrowser } from './browser.ts'
import { type Site, type SiteOptions, startSite } from './site.ts'

/** The site that the tests of a file visit; each file has its own. */
export let site: Site
export let browser: Browser

/** Starts the site and a browser before the first test of a file, and ends both after the last. */
export function visitSite({ launch = {}, ...options }: SiteOptions & { launch?: BrowserOptions } = {}): void {
  beforeAll(async () => {
    site = await startSite(options)
    browser = await launchBrowser(launch)
  })
  afterAll(async () => {
    await browser?.close()
    await site?.kill()
  })
}

/** Starts the site again where it was, after it was killed. */
export async function restartSite(): Promise<void> {
  site = await startSite({ port: site.port })
}
