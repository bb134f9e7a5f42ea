import type { Page } from 'playwright-core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { violations } from './axe.ts'
import { complaintsOf } from './browser.ts'
import { openAsMember, say, signIn, wireOf } from './member-page.ts'
import { patience, slow } from './patience.ts'
import { waitForLive } from './room-page.ts'
import { browser, site, visitSite } from './visited-site.ts'

vi.setConfig(slow)

// So short that tests see a refresh; half of it is left for one, on a busy machine too.
visitSite({ tokenLifeMs: 10_000 })

afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
})

const membersOnly = 'This room is for members, and you are not signed in.'

/** Marks the document, so that a reload is noticed. */
async function mark(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => Object.assign(window, { isSame: true }))
  return () => page.evaluate(() => 'isSame' in window)
}

describe('I8: a room for members', () => {
  test('says to a visitor who is none that it is one, and nothing of it is on the wire', async () => {
    const { page: ada } = await openAsMember(browser, site.url, 'Ada', 'wire')
    await say(ada, 'kimchi before')
    const page = await (await browser.newContext({ locale: 'en-US' })).newPage()
    const [wire, complaints] = [wireOf(page), complaintsOf(page)]
    await page.goto(`${site.url}/en/club/wire`)
    await page.getByText(membersOnly).waitFor()
    // A live page of the same visitor, by which time the club would have come too.
    await page.getByRole('link', { name: 'Lounge' }).click()
    await waitForLive(page)
    await page.goBack()
    await page.getByText(membersOnly).waitFor()
    await say(ada, 'kimchi meanwhile')
    expect(complaints).toEqual([])
    expect(wire.join().includes('room:1')).toBe(true)
    expect(wire.join().match(/kimchi|"channel":"club/)).toBeNull()
    for (const query of ['', '?live=sse', '?wait=25']) {
      const answer = await fetch(`${site.url}/baro/channels/club:wire${query}`)
      expect([answer.status, await answer.text()]).toEqual([403, expect.not.stringContaining('kimchi')])
    }
    const body = JSON.stringify({ type: 'message', payload: { name: 'Eve', text: 'let me in' } })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${site.url}/baro/channels/club:wire`, { method: 'POST', headers, body })).status).toBe(403)
  })

  test('opens when one signs in, and is gone when one signs out, without a reload and in all tabs', async () => {
    const { context, page } = await openAsMember(browser, site.url, 'Ada', 'tabs')
    const complaints = complaintsOf(page)
    const isSame = await mark(page)
    await say(page, 'from Ada')
    expect(await page.locator('[data-own] b').first().textContent()).toBe('Ada (you)')
    const other = await context.newPage()
    await other.goto(`${site.url}/en/club/tabs`)
    await other.getByText('from Ada', { exact: true }).waitFor()

    await page.getByRole('link', { name: 'Signed in as Ada' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await other.getByText(membersOnly).waitFor()
    expect(await other.getByText('from Ada').count()).toBe(0)
    const wire = wireOf(other)
    const { page: eve } = await openAsMember(browser, site.url, 'Eve', 'tabs')
    await say(eve, 'after Ada has left')
    await page.goBack()
    await page.getByText(membersOnly).waitFor()
    await signIn(other, 'Ada again')
    await other.getByText('after Ada has left', { exact: true }).waitFor()
    await page.getByText('after Ada has left', { exact: true }).waitFor()
    expect(await isSame()).toBe(true)
    // Somebody else, as the server knows, whatever the name: what was said before is not one's own.
    expect(await other.locator('[data-own]').count()).toBe(0)
    expect(complaints).toEqual([])
    expect(wire.length).toBeGreaterThan(0)
  })

  test('shows the name of the token, whatever a payload says', async () => {
    const { page } = await openAsMember(browser, site.url, 'Ada', 'name')
    const { token } = await page.evaluate(async () => (await fetch('/session/token', { method: 'POST' })).json())
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const body = JSON.stringify({ type: 'message', payload: { name: 'Eve', text: 'who am I' } })
    expect((await fetch(`${site.url}/baro/channels/club:name`, { method: 'POST', headers, body })).status).toBe(200)
    await page.getByText('who am I').waitFor()
    expect(await page.locator('[data-own] b').textContent()).toBe('Ada (you)')
  })

  test('works without a script: one signs in, writes, reads and signs out', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-US' })
    const page = await context.newPage()
    await page.goto(`${site.url}/en/sign-in`)
    await page.locator('[name=name]').fill('한글 이름')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/en/club/1')
    await page.locator('textarea').fill('from a form')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('from a form', { exact: true }).waitFor()
    expect(await page.locator('[data-id] b').last().textContent()).toContain('한글 이름')
  })

  test('waits in words while the issuer is away, keeps what it shows, and goes on', async () => {
    const { page } = await openAsMember(browser, site.url, 'Ada', 'away')
    await say(page, 'before')
    await page.route('**/session/token', (route) => route.abort())
    await page.getByText('sign-in could not be renewed, asking again').waitFor()
    await page.getByText('before', { exact: true }).waitFor()
    await page.unroute('**/session/token')
    await waitForLive(page)
    await say(page, 'after')
  })
})

describe('the owner of a room for members', () => {
  test('removes a message from every page, also of who was offline and of who opens one rendered before, and lists it', async () => {
    const { page: ada } = await openAsMember(browser, site.url, 'Ada', 'removal')
    const complaints = complaintsOf(ada)
    await say(ada, 'I was first')
    const { page: eve } = await openAsMember(browser, site.url, 'Eve', 'removal')
    const { page: away, context } = await openAsMember(browser, site.url, 'Bob', 'removal')
    await say(eve, 'kimchi')
    await away.getByText('kimchi', { exact: true }).waitFor()
    const rendered = await (await context.request.get(away.url())).text()
    expect(rendered).toContain('kimchi')
    await context.setOffline(true)
    expect(await eve.getByRole('link', { name: 'Moderation' }).count()).toBe(0)

    const height = await ada.getByRole('log').evaluate((log) => log.getBoundingClientRect().top)
    await ada.getByRole('button', { name: 'Message from Eve' }).focus()
    await ada.keyboard.press('Enter')
    const dialog = ada.getByRole('dialog', { name: 'Message from Eve' })
    expect(await violations(ada)).toEqual([])
    await dialog.getByRole('button', { name: 'Remove for everyone' }).press('Enter')
    for (const page of [ada, eve]) await page.getByText('removed by the owner', { exact: true }).waitFor()
    await ada.getByRole('status').getByText('Message removed').waitFor()
    expect(await ada.getByRole('log').evaluate((log) => log.getBoundingClientRect().top)).toBe(height)

    const old = await context.newPage()
    await context.setOffline(false)
    await old.route(away.url(), (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body: rendered }))
    expect(await (await old.goto(away.url()))?.text()).toContain('kimchi')
    for (const page of [away, old]) await page.getByText('removed by the owner', { exact: true }).waitFor()
    for (const page of [ada, eve, away, old]) expect(await page.getByText('kimchi').count()).toBe(0)

    await ada.getByRole('link', { name: 'Moderation' }).press('Enter')
    await ada.getByRole('list', { name: 'Last actions' }).getByText('Message removed').waitFor()
    expect(await violations(ada)).toEqual([])
    // On a busy machine the next token comes later than these short ones last.
    expect(complaints.filter((text) => !text.startsWith('The token has expired.'))).toEqual([])
    // For everybody else the page holds the sentence that it is not for them, and not a word of what was done.
    await eve.goto(ada.url())
    await eve.getByText('is for its owner alone').waitFor()
    const pageFor = async (page: Page) => (await page.context().request.get(ada.url())).text()
    expect(await pageFor(ada)).toContain('baro~audit:club:removal')
    expect(await pageFor(eve)).not.toContain('baro~audit:')
    expect(await (await fetch(ada.url())).text()).toContain(membersOnly)
  })

  test('mutes a member, who is told until when and keeps the text, and lets the member write again', async () => {
    const { page: ada } = await openAsMember(browser, site.url, 'Ada', 'muting')
    await say(ada, 'I was first')
    const { page: eve } = await openAsMember(browser, site.url, 'Eve', 'muting')
    await say(eve, 'kimchi')
    await ada.getByRole('button', { name: 'Message from Eve' }).click()
    await ada.getByRole('button', { name: 'Mute for 10 minutes' }).click()
    await ada
      .getByRole('status')
      .getByText(/^Eve muted until/)
      .waitFor()
    const field = eve.getByRole('textbox', { name: 'Message' })
    await field.fill('more kimchi')
    await field.press('Enter')
    await eve.getByText(/^Not sent: the owner of this room has muted you until \d\d:\d\d\.$/).waitFor()
    expect(await field.inputValue()).toBe('more kimchi')
    await ada.getByRole('link', { name: 'Moderation' }).click()
    const listed = ada.getByRole('list', { name: 'Last actions' }).getByRole('listitem')
    await listed.getByText(/Eve muted until \d\d:\d\d$/).waitFor()
    await ada.getByRole('button', { name: 'Let Eve write again' }).click()
    // The newest is on top.
    await listed.first().getByText('Eve may write again').waitFor()
    await say(eve, 'more kimchi')
  })
})

test('the issuer gives a token to its own pages alone, and to sessions that it has signed', async () => {
  const ask = (headers: Readonly<Record<string, string>>) =>
    fetch(`${site.url}/session/token`, { method: 'POST', headers }).then(({ status }) => status)
  const { context } = await openAsMember(browser, site.url, 'Ada')
  const session = (await context.cookies()).find(({ name }) => name === 'session')
  expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
  const cookie = `session=${session?.value}`
  expect(await ask({ origin: site.url, cookie })).toBe(200)
  expect(await ask({ origin: 'https://evil.example', cookie })).toBe(403)
  expect(await ask({ cookie })).toBe(403)
  expect(await ask({ origin: site.url })).toBe(401)
  expect(await ask({ origin: site.url, cookie: `${cookie}x` })).toBe(401)
  // The session is no token for the hub, and a token is no session.
  const headers = { authorization: `Bearer ${session?.value}` }
  expect((await fetch(`${site.url}/baro/channels/club:1`, { headers })).status).toBe(401)
  expect(site.printed()).not.toContain(session?.value)
})

test.each([
  ['', 422],
  ['  \u202e ', 422],
  ['x'.repeat(25), 422],
  ['x'.repeat(2_000), 413],
])('nobody signs in as %j', async (name, status) => {
  const headers = { origin: site.url }
  const answer = await fetch(`${site.url}/en/session`, { method: 'POST', headers, body: new URLSearchParams({ name }) })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('set-cookie')).toBeNull()
  await expect.poll(async () => (await answer.text()).length, patience).toBeLessThan(100)
})
