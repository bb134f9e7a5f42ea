import { expect, test, vi } from 'vitest'
import { complaintsOf } from './browser.ts'
import { slow } from './patience.ts'
import { createLog } from './publisher-log.ts'
import { waitForIds, waitForLive } from './room-page.ts'
import { browser, restartSite, site, visitSite } from './visited-site.ts'

vi.setConfig(slow)
visitSite()

test('I4: after a restart of the server a page is reset once, shows the new state and goes on, without a reload', async () => {
  const before = createLog(() => site)
  await before.publish(4)
  await fetch(site.url + before.path)
  const page = await browser.newPage({ locale: 'en-US' })
  await page.goto(site.url + before.path)
  await waitForIds(page, before.ids)
  await waitForLive(page)
  await page.evaluate(() => document.body.setAttribute('data-not-reloaded', ''))
  const complaints = complaintsOf(page)
  // On whatever transport it comes back: each reset says where it stands, so a second one would say something else.
  await page.evaluate(() => {
    const said = new Set<string>()
    Object.assign(window, { said })
    const look = () => {
      for (const { textContent } of document.querySelectorAll('[data-hand-over=reset] span'))
        if (textContent?.includes('this is the state')) said.add(textContent)
    }
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
  })

  await site.kill()
  await page.waitForSelector('[data-connection=waiting]')
  await restartSite()
  const after = createLog(() => site, before.room)
  await after.publish(2)

  await waitForIds(page, after.ids)
  await waitForLive(page)
  await page.waitForSelector('[data-hand-over=reset]')
  // What was lost with the server, nobody can count: it says what happened, and counts nothing.
  const said = await page.locator('[data-hand-over=reset]').textContent()
  expect(said).toContain('the server started without its earlier history: this is the state it has now')
  expect(said).not.toContain('missing')
  await after.publish(1)
  await waitForIds(page, after.ids)

  const resets = await page.evaluate(() => [...(window as unknown as { said: Set<string> }).said])
  expect(resets).toHaveLength(1)
  expect(await page.locator('body[data-not-reloaded]').count()).toBe(1)
  // The browser itself reports each connection that the stopped server refused.
  expect(complaints.filter((text) => !text.includes('net::ERR_'))).toEqual([])
  await page.close()
})

test('I4: a page that another cache has kept from before the restart is reset too', async () => {
  const log = createLog(() => site)
  await log.publish(3)
  const cached = await fetch(site.url + log.path)
  const body = await cached.text()
  expect(body).toContain(`data-id="${log.ids[2]}"`)
  await site.kill()
  await restartSite()
  const page = await browser.newPage({ locale: 'en-US' })
  const { 'content-encoding': _, ...headers } = Object.fromEntries(cached.headers)
  await page.route(site.url + log.path, (route) => route.fulfill({ body, headers }))
  await page.goto(site.url + log.path)
  await page.waitForSelector('[data-hand-over=reset]')
  await waitForIds(page, [])
  await page.getByText('The server no longer has what was written here before. Nobody has written since.').waitFor()
  const after = createLog(() => site, log.room)
  await after.publish(1)
  await waitForIds(page, after.ids)
  await page.close()
})
