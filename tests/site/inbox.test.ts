/** The inboxes: whose they are, who may write to them, and who is told by push. */
import { Agent } from 'node:https'
import { members } from '@baro/core'
import { createHub, type Hub, type Principal } from '@baro/server'
import { settled } from '@baro/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  inbox,
  keptSubscriptions,
  post,
  type Subscription,
  subscriptions,
  unreadOf,
} from '../../examples/site/channels/inbox.ts'
import { openInbox } from '../../examples/site/server/inbox/open-inbox.ts'
import { isPushAddress, pushHosts } from '../../examples/site/server/inbox/push-address.ts'
import { createPushSender, type PushOutcome } from '../../examples/site/server/inbox/push-sender.ts'
import { vapidKeys } from '../../examples/site/server/inbox/vapid-keys.ts'
import { type Certificate, makeCertificate } from '../clients/certificate.ts'
import { type PushService, startPushService } from './push-service.ts'

const keys = await vapidKeys(undefined, {})
const member = (name: string): Principal => ({ user: { id: name, claims: { role: 'member', name } } })
const quiet = { delivered() {}, reset() {}, failed() {} }

let certificate: Certificate
let service: PushService
let agent: Agent
beforeAll(async () => {
  certificate = makeCertificate()
  service = await startPushService(certificate)
  agent = new Agent({ ca: certificate.cert })
})
afterAll(() => {
  service.close()
  agent.destroy()
  certificate.remove()
})

let hub: Hub
/** What became of each push, in order. */
let outcomes: PushOutcome[]
let told: () => void
beforeEach(() => {
  hub = createHub({ channels: [inbox, post, subscriptions], leaveAfterMs: 0 })
  outcomes = []
  told = () => {}
  const send = createPushSender(keys, agent)
  openInbox(
    hub,
    async (...args) => {
      const outcome = await send(...args)
      outcomes.push(outcome)
      told()
      return outcome
    },
    [...pushHosts, service.host],
  )
})
afterEach(() => hub.close())

/** Waits for so many pushes. */
async function pushed(count: number): Promise<readonly PushOutcome[]> {
  while (outcomes.length < count)
    await new Promise<void>((resolve) => {
      told = resolve
    })
  return outcomes
}

async function withInbox(name: string) {
  const one = hub.open(member(name))
  const following = one.follow(inbox({ id: name }), undefined, quiet)
  await settled()
  following.end()
  return one
}

const notesOf = async (id: string) => (await hub.snapshot(inbox({ id }))).value
const kept = async (id: string) => (await hub.snapshot(subscriptions({ id }))).value
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'done',
    (error: { code: string }) => error.code,
  )

describe('an inbox', () => {
  test('is read by its owner alone, and so is where it is pushed to', async () => {
    const [ada, eve, guest] = [await withInbox('ada'), await withInbox('eve'), hub.open()]
    const failed: string[] = []
    for (const other of [eve, guest, hub.open({ user: { id: 'ada' } })])
      other.follow(inbox({ id: 'ada' }), undefined, { ...quiet, failed: ({ code }) => failed.push(code) })
    for (const whoever of [ada, guest])
      whoever.follow(subscriptions({ id: 'ada' }), undefined, { ...quiet, failed: ({ code }) => failed.push(code) })
    await settled()
    expect(failed).toEqual(Array(5).fill('refused'))
    expect(await codeOf(eve.publish(inbox({ id: 'ada' }), 'read', { to: 1 }))).toBe('refused')
    expect(await codeOf(ada.publish(inbox({ id: 'ada' }), 'note', { from: 'Ada', text: 'mine' }))).toBe('not-accepted')
    expect(await codeOf(guest.request(post(), 'send', { to: 'ada', text: 'hello' }))).toBe('refused')
  })

  test('gets notes under the name of the token, of those who have one, and for those who have one', async () => {
    const [ada, eve] = [await withInbox('ada'), await withInbox('eve')]
    expect((await hub.snapshot(post())).value.map(({ id }) => id)).toEqual(['eve', 'ada'])
    await eve.request(post(), 'send', { to: 'ada', text: '안녕'.normalize('NFD') })
    await ada.request(post(), 'send', { to: 'ada', text: 'to me' })
    expect((await notesOf('ada')).notes).toMatchObject([
      { from: 'ada', text: 'to me' },
      { from: 'eve', text: '안녕' },
    ])
    expect(await codeOf(eve.request(post(), 'send', { to: 'nobody', text: 'hello' }))).toBe('not-accepted')
    expect(await codeOf(eve.request(post(), 'send', { to: 'ada', text: 'x'.repeat(301) }))).toBe('invalid-payload')
  })

  test('says what is unread; nobody has read what is not there', async () => {
    const ada = await withInbox('ada')
    for (const text of ['one', 'two']) await ada.request(post(), 'send', { to: 'ada', text })
    const [newest, oldest] = (await notesOf('ada')).notes
    await ada.publish(inbox({ id: 'ada' }), 'read', { to: oldest?.offset ?? 0 })
    expect(unreadOf(await notesOf('ada'))).toBe(1)
    await ada.publish(inbox({ id: 'ada' }), 'read', { to: 1e9 })
    expect(await notesOf('ada')).toMatchObject({ readTo: newest?.offset })
    await ada.request(post(), 'send', { to: 'ada', text: 'three' })
    expect(unreadOf(await notesOf('ada'))).toBe(1)
  })

  test('is written to so many times a minute', async () => {
    const eve = await withInbox('eve')
    const codes: string[] = []
    for (let index = 0; index < 21; index++)
      codes.push(await codeOf(eve.request(post(), 'send', { to: 'eve', text: `${index}` })))
    expect(codes).toEqual([...Array(20).fill('done'), 'rate-limited'])
  })
})

describe('Web Push', () => {
  test('tells a browser the title and the count, encrypted and signed, while no page is open', async () => {
    const [ada, eve] = [await withInbox('ada'), await withInbox('eve')]
    const browser = service.subscribe('ko')
    await ada.request(inbox({ id: 'ada' }), 'pushOn', browser.subscription)
    await eve.request(post(), 'send', { to: 'ada', text: '비밀: 점심' })
    expect(await pushed(1)).toEqual(['sent'])
    expect(browser.received).toEqual([
      {
        payload: { title: 'eve님의 알림 (읽지 않음 1개)', count: 1 },
        serverKey: keys.VAPID_PUBLIC_KEY,
        audience: `https://${service.host}`,
        ttlSeconds: 86_400,
      },
    ])
  })

  test('does not while one is, and does again when it is closed', async () => {
    const ada = await withInbox('ada')
    const browser = service.subscribe()
    await ada.request(inbox({ id: 'ada' }), 'pushOn', browser.subscription)
    const page = ada.track(inbox({ id: 'ada' }), {})
    const here = async () => (await hub.snapshot(members(inbox({ id: 'ada' })))).value.count
    await expect.poll(here).toBe(1)
    await ada.request(post(), 'send', { to: 'ada', text: 'seen' })
    await settled()
    expect(browser.received).toEqual([])
    page.end()
    await expect.poll(here).toBe(0)
    await ada.request(post(), 'send', { to: 'ada', text: 'not seen' })
    await pushed(1)
    expect(browser.received).toMatchObject([{ payload: { count: 2 } }])
  })

  test.each([404, 410])('forgets a browser whose service answers %i', async (status) => {
    const ada = await withInbox('ada')
    const [gone, other] = [service.subscribe(), service.subscribe()]
    gone.answer = { status }
    for (const { subscription } of [gone, other]) await ada.request(inbox({ id: 'ada' }), 'pushOn', subscription)
    await ada.request(post(), 'send', { to: 'ada', text: 'hello' })
    expect(await pushed(2)).toEqual(['gone', 'sent'])
    await settled()
    expect((await kept('ada')).map(({ endpoint }) => endpoint)).toEqual([other.subscription.endpoint])
  })

  test('goes nowhere where a service redirects to, and keeps the browser', async () => {
    const ada = await withInbox('ada')
    const browser = service.subscribe()
    for (const status of [301, 307, 500]) {
      browser.answer = { status, headers: { location: `https://${service.host}/inner` } }
      outcomes.length = 0
      await ada.request(inbox({ id: 'ada' }), 'pushOn', browser.subscription)
      await ada.request(post(), 'send', { to: 'ada', text: 'hello' })
      expect(await pushed(1)).toEqual(['failed'])
    }
    expect(service.strays).toEqual([])
    expect(await kept('ada')).toHaveLength(1)
  })

  test('is ended by the browser that asked', async () => {
    const ada = await withInbox('ada')
    const { subscription } = service.subscribe()
    await ada.request(inbox({ id: 'ada' }), 'pushOn', subscription)
    await ada.request(inbox({ id: 'ada' }), 'pushOff', { endpoint: subscription.endpoint })
    expect(await kept('ada')).toEqual([])
  })

  test('keeps the newest few of a thousand subscriptions', async () => {
    const ada = await withInbox('ada')
    const { subscription } = service.subscribe()
    const endpoints = Array.from({ length: 1_000 }, (_, index) => `${subscription.endpoint}/${index}`)
    for (const endpoint of endpoints) await ada.request(inbox({ id: 'ada' }), 'pushOn', { ...subscription, endpoint })
    expect((await kept('ada')).map(({ endpoint }) => endpoint)).toEqual(endpoints.slice(-keptSubscriptions))
  })

  test.each<[string, (own: Subscription) => Partial<Subscription>]>([
    ['no endpoint', () => ({ endpoint: 'nothing' })],
    ['an endpoint of a kilobyte', (own) => ({ endpoint: own.endpoint + 'x'.repeat(1_000) })],
    ['another host', () => ({ endpoint: 'https://push.example/1' })],
    [
      'a key of one byte less',
      (own) => ({ p256dh: Buffer.from(own.p256dh, 'base64url').subarray(1).toString('base64url') }),
    ],
    ['a compressed key', () => ({ p256dh: Buffer.from([2, ...Array(32).fill(1)]).toString('base64url') })],
    [
      'a key that is no point of the curve',
      () => ({ p256dh: Buffer.from([4, ...Array(64).fill(1)]).toString('base64url') }),
    ],
    ['a secret of 15 bytes', () => ({ auth: Buffer.alloc(15).toString('base64url') })],
    ['keys that are no base64url', () => ({ auth: '{}' })],
  ])('refuses %s', async (_, change) => {
    const ada = await withInbox('ada')
    const { subscription } = service.subscribe()
    const asked = ada.request(inbox({ id: 'ada' }), 'pushOn', { ...subscription, ...change(subscription) })
    expect(await codeOf(asked)).toBe('invalid-payload')
    expect(await kept('ada')).toEqual([])
  })
})

test.each([
  ['https://fcm.googleapis.com/fcm/send/abc', true],
  ['https://updates.push.services.mozilla.com/wpush/v2/abc', true],
  ['https://wns2-by3p.notify.windows.com/w/?token=abc', true],
  ['https://web.push.apple.com/QABC', true],
  ['HTTPS://FCM.GOOGLEAPIS.COM/fcm/send/abc', true],
  ['http://fcm.googleapis.com/fcm/send/abc', false],
  ['https://fcm.googleapis.com:8443/fcm/send/abc', false],
  ['https://user@fcm.googleapis.com/', false],
  ['https://fcm.googleapis.com@127.0.0.1/', false],
  ['https://fcm.googleapis.com.evil.example/', false],
  ['https://evil.example/?fcm.googleapis.com', false],
  ['https://evilfcm.googleapis.com/', false],
  ['https://fcm.googleapis.com./', false],
  // A Cyrillic с.
  ['https://f\u0441m.googleapis.com/', false],
  ['https://xn--fm-xmc.googleapis.com/', false],
  ['https://a.b.push.services.mozilla.com/', false],
  ['https://push.services.mozilla.com/', false],
  ['https://.push.services.mozilla.com/', false],
  ['https://push.services.mozilla.com.notify.windows.com.evil.example/', false],
  ['https://127.0.0.1/', false],
  ['https://2130706433/', false],
  ['https://[::1]/', false],
  ['https://169.254.169.254/latest/meta-data', false],
  ['https://localhost/', false],
  ['file:///etc/passwd', false],
  ['javascript:alert(1)', false],
  ['//fcm.googleapis.com/', false],
  ['', false],
])('%s is an address of a push service: %s', (endpoint, expected) => {
  expect(isPushAddress(endpoint, pushHosts)).toBe(expected)
})
