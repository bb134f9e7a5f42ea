import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type Certificate, makeCertificate } from '../clients/certificate.ts'
import { type PushService, startPushService } from '../site/push-service.ts'
import { complaintsOf, launchBrowser } from './browser.ts'
import { signIn } from './member-page.ts'
import { patience, slow } from './patience.ts'
import { waitForLive } from './room-page.ts'
import { type Site, startSite } from './site.ts'

vi.setConfig(slow)

let certificate: Certificate
let service: PushService
let site: Site
let browser: Awaited<ReturnType<typeof launchBrowser>>
beforeAll(async () => {
  certificate = makeCertificate()
  service = await startPushService(certificate)
  // The site trusts the service of the test, as it trusts that of a browser.
  site = await startSite({ env: { PUSH_HOSTS: service.host, NODE_EXTRA_CA_CERTS: certificate.certFile } })
  browser = await launchBrowser()
})
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
})
afterAll(async () => {
  await browser?.close()
  await site?.kill()
  service?.close()
  certificate?.remove()
})

/** The inbox of somebody who signs in, with a browser of their own. */
async function openInbox(name: string): Promise<{ readonly context: BrowserContext; readonly page: Page }> {
  const context = await browser.newContext({ locale: 'en-US' })
  const page = await context.newPage()
  await page.goto(`${site.url}/en/inbox`)
  await signIn(page, name)
  await page.locator('[data-unread]').waitFor()
  await waitForLive(page)
  return { context, page }
}

async function send(page: Page, to: string, text: string): Promise<void> {
  await page.getByRole('combobox', { name: 'To' }).selectOption({ label: to })
  await page.getByRole('textbox', { name: 'Note' }).fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('Sent.', { exact: true }).waitFor()
}

const unread = (page: Page) => page.locator('[data-unread]').getAttribute('data-unread')
const iconOf = (page: Page) =>
  page
    .locator('link[rel~=icon]')
    .first()
    .evaluate((link: HTMLLinkElement) => link.href)

test('a note arrives in all tabs, with a count in title and icon, and is read in all of them; nobody else gets it', async () => {
  const { page: ada, context } = await openInbox('Ada')
  const complaints = complaintsOf(ada)
  const other = await context.newPage()
  await other.goto(`${site.url}/en/inbox`)
  await waitForLive(other)
  const { page: eve } = await openInbox('Eve')
  const before = await iconOf(ada)
  await send(eve, 'Ada', '점심 <b>먹을까요</b>?')
  await send(ada, 'myself', 'to me')
  for (const page of [ada, other]) {
    await expect.poll(() => unread(page), patience).toBe('2')
    expect(await page.title()).toMatch(/^\(2\) /)
    expect(await iconOf(page)).toMatch(/^data:image\/svg/)
    expect(await page.locator('[data-note] p').allTextContents()).toEqual(['to me', '점심 <b>먹을까요</b>?'])
  }
  await other.getByRole('button', { name: 'Mark all as read' }).press('Enter')
  for (const page of [ada, other]) {
    await expect.poll(() => unread(page), patience).toBe('0')
    await expect.poll(() => page.title(), patience).not.toMatch(/^\(/)
    expect(await iconOf(page)).toBe(before)
  }
  expect(await unread(eve)).toBe('0')
  await ada.reload()
  expect(await ada.locator('[data-note]').count()).toBe(2)
  expect(complaints).toEqual([])
})

test('a browser is told by Web Push once no page of the inbox is open', async () => {
  const { page: ada, context } = await openInbox('Ada')
  await context.grantPermissions(['notifications'], { origin: site.url })
  // No push service is within reach: the browser of the test has subscribed at that of the test.
  const pushed = service.subscribe()
  await context.addInitScript((subscription) => {
    let current: object | null = null
    const { endpoint, p256dh, auth } = subscription
    PushManager.prototype.subscribe = async () => {
      current = { endpoint, toJSON: () => ({ endpoint, keys: { p256dh, auth } }), unsubscribe: async () => true }
      return current as PushSubscription
    }
    PushManager.prototype.getSubscription = async () => current as PushSubscription
  }, pushed.subscription)
  await ada.reload()
  await waitForLive(ada)
  await ada.getByRole('button', { name: 'Notify me while no page is open' }).click()
  await ada.locator('[data-push=on]').waitFor()

  const { page: eve } = await openInbox('Eve')
  await send(eve, 'Ada', 'seen at once')
  await expect.poll(() => unread(ada), patience).toBe('1')
  expect(pushed.received).toEqual([])
  await ada.goto(`${site.url}/en/how`)
  // She has left once the hub says so: two seconds after her page is gone.
  await expect
    .poll(
      async () => {
        await send(eve, 'Ada', '비밀 이야기')
        return pushed.received.length
      },
      { ...patience, interval: 1_000 },
    )
    .toBeGreaterThan(0)
  const [first] = pushed.received
  expect(first?.payload).toMatchObject({ title: expect.stringMatching(/^Eve wrote to you \(\d+ unread\)$/) })
  expect(Object.keys(first?.payload as object)).toEqual(['title', 'count'])

  // What the browser would do with it.
  const devtools = await context.newCDPSession(ada)
  const registered = new Promise<string>((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const found = registrations.find(({ scopeURL }) => scopeURL.endsWith('/inbox-worker/'))
      if (found) resolve(found.registrationId)
    })
  })
  await devtools.send('ServiceWorker.enable')
  await devtools.send('ServiceWorker.deliverPushMessage', {
    origin: site.url,
    registrationId: await registered,
    data: JSON.stringify(first?.payload),
  })
  const notified = () =>
    ada.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration('/inbox-worker/')
      return (await registration?.getNotifications())?.map(({ title }) => title)
    })
  await expect.poll(notified, patience).toEqual([Object(first?.payload).title])
})

test('without a script a member reads the notes, and somebody who has not signed in reads none', async () => {
  const { page: ada, context } = await openInbox('Ada')
  await send(ada, 'myself', 'kimchi')
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState() })
  const page = await plain.newPage()
  await page.goto(`${site.url}/en/inbox`)
  expect(await page.locator('[data-note] p').allTextContents()).toEqual(['kimchi'])
  const anonymous = await fetch(`${site.url}/en/inbox`)
  expect(await anonymous.text()).not.toContain('kimchi')
  expect(anonymous.status).toBe(200)
  expect((await fetch(`${site.url}/inbox-worker.js`)).headers.get('content-type')).toMatch(/javascript/)
})
