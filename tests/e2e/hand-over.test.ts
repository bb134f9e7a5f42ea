import { describe, expect, test, vi } from 'vitest'
import { complaintsOf, socketsOf } from './browser.ts'
import { createLink } from './cuttable-link.ts'
import { slow } from './patience.ts'
import { createLog } from './publisher-log.ts'
import { shownIds, violationsOf, waitForIds, waitForLive, watchOrder } from './room-page.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig(slow)
visitSharedSite()

describe('a room in Chromium against the log of its publisher', () => {
  test('I1 I2: publications after the page was cached, during the connection and while it is down come once, in order', async () => {
    const log = createLog(() => site)
    await log.publish(5)
    expect((await fetch(site.url + log.path)).headers.get('cache-status')).toBe('Baro; fwd=uri-miss; stored')
    await log.publish(5)
    const cached = await fetch(site.url + log.path)
    // Behind, and served while one render runs.
    expect(cached.headers.get('cache-status')).toMatch(/^Baro; hit; .*detail=behind; behind=5$/)
    const html = await cached.text()
    expect(html).toContain(`data-id="${log.ids[4]}"`)
    expect(html).not.toContain(`data-id="${log.ids[5]}"`)

    const link = await createLink(site.port)
    const page = await browser.newPage()
    const complaints = complaintsOf(page)
    const sockets = socketsOf(page)
    await watchOrder(page)

    // While the browser loads the page and connects.
    const publishing = log.publish(15)
    await page.goto(link.url + log.path)
    await publishing
    await waitForIds(page, log.ids)
    await waitForLive(page)
    expect(sockets).toHaveLength(1)
    expect(sockets[0]?.received(`room:${log.room}`)[0]).toBe('baro:recovered')

    await log.publish(5)
    await waitForIds(page, log.ids)

    const before = await shownIds(page)
    expect(complaints).toEqual([])
    link.cut()
    await page.waitForSelector('[data-connection=waiting]')
    await log.publish(10)
    expect(await shownIds(page)).toEqual(before)
    link.mend()
    await waitForIds(page, log.ids)
    await waitForLive(page)
    await log.publish(5)
    await waitForIds(page, log.ids)

    expect(await shownIds(page)).toEqual(log.ids)
    expect(await violationsOf(page)).toEqual([])
    const received = sockets.flatMap((socket) => socket.received(`room:${log.room}`))
    expect(received).not.toContain('baro:reset')
    await page.close()
    link.close()
  })

  test('the page says what became of its hand-over, and that nothing is missing', async () => {
    const log = createLog(() => site)
    // An address that names its language is one page for all who ask: the browser gets what was kept, however old it is by then.
    const address = `${site.url}/en${log.path}`
    await log.publish(3)
    await fetch(address)
    await log.publish(2)
    const page = await browser.newPage()
    await page.goto(address)
    await waitForLive(page)
    await log.publish(1)
    await waitForIds(page, log.ids)
    const proof = page.locator('[data-hand-over=recovered]')
    await proof.getByText('Nothing lost.').click()
    await proof.getByText('first live 6').waitFor()
    expect(await proof.textContent()).toMatch(/rendered at 3.*resumed at 3.*2 recovered.*first live 6.*0 missing/s)
    await page.close()
  })
})
