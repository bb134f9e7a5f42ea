import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { type BrowserOptions, launchBrowser } from './browser.ts'
import { endsWithParent } from './process-probes.ts'
import { type Site, type SiteOptions, startSite } from './site.ts'

/** The site that the tests of a file visit. */
export let site: Site
export let browser: Browser

let shared: Promise<readonly [Site, Browser]> | undefined

/**
 * Visits a site that others have visited before, with a browser that they had: a file of tests that runs in a process with others,
 * one after the other, then begins without the 12 seconds of processor that a site, a browser and what tests load take. Both end
 * with their process. For tests that need no site of their own: whatever rooms they use are theirs, and nothing is restarted.
 */
export function visitSharedSite(): void {
  beforeAll(async () => {
    // A microphone that needs nobody's leave.
    const launch = { args: ['--use-fake-device-for-media-stream'] }
    shared ??= Promise.all([startSite({ execArgv: endsWithParent }), launchBrowser(launch)])
    ;[site, browser] = await shared
  })
  afterAll(async () => {
    for (const context of browser.contexts()) await context.close()
  })
}

/** Starts a site and a browser of its own before the first test of a file, and ends both after the last. */
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
