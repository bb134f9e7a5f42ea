import { once } from 'node:events'
import { channel } from '@baro/core'
import { mount } from '@baro/inspector'
import { createHub } from '@baro/server'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import WebSocket from 'ws'
import { z } from 'zod'
import { violations } from './axe.ts'
import { complaintsOf, launchBrowser } from './browser.ts'
import { patience, slow } from './patience.ts'

vi.setConfig(slow)

/** Where pictures of what was looked at go, if somebody wants them: `PICTURES=folder npx vitest run tests/e2e/inspector.test.ts`. */
const pictures = process.env.PICTURES

const key = 'an inspector key that nobody guesses'
const hostile = '<img src=x onerror="document.title=1">'
const room = channel('room:{id}', {
  events: { message: z.object({ text: z.string(), card: z.string().optional() }) },
  state: {
    initial: (): { text: string }[] => [],
    on: { message: (list, { payload }) => [...list, payload].slice(-5) },
  },
  members: { state: z.object({ name: z.string() }) },
})

let browser: Browser
let url: string
let socket: WebSocket
const ends: (() => unknown)[] = []
const log = { info() {}, warn() {}, error() {} }
const auth = ({ token }: { readonly token?: string }) => (token ? { id: token } : undefined)
const hub = createHub({ channels: [room], log, auth, development: false })

beforeAll(async () => {
  hub.on(room, {
    access: 'public',
    private: ['card'],
    events: { message: ({ payload, publish }) => publish('message', payload) },
  })
  mount(hub, { key })
  const { port, close } = await hub.listen(0, '127.0.0.1')
  ends.push(() => hub.close(), close)
  url = `http://127.0.0.1:${port}`
  browser = await launchBrowser()
  ends.push(() => browser.close())
  await hub.publish(room({ id: 1 }), 'message', { text: hostile, card: '4000-1234' })
  const { position } = await hub.snapshot(room({ id: 1 }))
  hub.open({ user: { id: hostile } }).track(room({ id: 1 }), { name: hostile })
  socket = new WebSocket(`${url}/baro/connect`)
  await once(socket, 'open')
  const messages = [
    { type: 'baro:connect', payload: { protocol: 1, client: 'a-secret-of-the-client', token: hostile } },
    { type: 'baro:subscribe', payload: { channel: 'room:1', attempt: 1, version: '1', position } },
  ]
  ends.push(() => socket.terminate())
  await new Promise<void>((resolve) => {
    const stop = hub.observe({ recovered: ({ user }) => user === hostile && resolve() })
    ends.push(stop)
    for (const message of messages) socket.send(JSON.stringify(message))
  })
  await hub.publish(room({ id: 1 }), 'message', { text: '안녕하세요' })
})
afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

/** A browser that is signed in. */
async function signedIn(locale: string, width: number): Promise<Page> {
  const context = await browser.newContext({
    locale,
    viewport: { width, height: 900 },
    colorScheme: width < 500 ? 'dark' : 'light',
  })
  ends.push(() => context.close())
  const page = await context.newPage()
  await page.goto(`${url}/baro/inspect`)
  expect(await violations(page)).toEqual([])
  await page.locator('input[name=key]').fill(key)
  await page.keyboard.press('Enter')
  await page.locator('main h2').waitFor()
  return page
}

/** What is looked at everywhere: it is readable by everybody, nothing runs, nothing secret is told, nothing is wider than the page. */
async function look(page: Page, name: string): Promise<void> {
  expect(await violations(page), name).toEqual([])
  expect(await page.title(), name).toMatch(/^Baro /)
  expect(await page.locator('main img').count(), name).toBe(0)
  const html = await page.content()
  for (const secret of ['4000-1234', 'a-secret-of-the-client', key]) expect(html, name).not.toContain(secret)
  const isTooWide = await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  )
  expect(isTooWide, name).toBe(false)
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true })
}

describe.each([
  ['en', 1440],
  ['ko', 390],
] as const)('the inspector in %s, %i pixels wide', (language, width) => {
  test('shows all parts, by keyboard and by links, and hostile names as text', async () => {
    const page = await signedIn(language, width)
    const complaints = complaintsOf(page)
    const at = (name: string) => `${language}-${width}-${name}`
    const go = (hash: string) => page.evaluate((to) => location.assign(to), hash)
    await page.locator('main tbody tr').waitFor()
    await look(page, at('nodes'))

    // Behind the header's links: the whole way with the keyboard.
    await page.locator('header nav a').nth(1).focus()
    await page.keyboard.press('Enter')
    await page.getByText(hostile).first().waitFor()
    await look(page, at('sessions'))
    await page.locator('tr', { hasText: 'websocket' }).locator('a').first().focus()
    await page.keyboard.press('Enter')

    const proof = page.locator('.steps', { hasText: language === 'ko' ? '누락' : 'missing' })
    await proof.first().waitFor()
    expect(await proof.first().locator('strong').allTextContents()).toEqual(['1', '1', '0', '2', '0'])
    await page.locator('main button').click()
    await page.locator('.rows table').waitFor()
    const reply = once(socket, 'message')
    socket.send(
      JSON.stringify({
        type: 'baro:publish',
        payload: {
          id: `p-${language}`,
          channel: 'room:1',
          type: 'message',
          payload: { text: hostile, card: '4000-1234' },
        },
      }),
    )
    await reply
    await page.locator('td', { hasText: 'baro:publish' }).first().waitFor()
    await page.locator('tr', { hasText: '(private)' }).locator('summary').first().click()
    await page.locator('details[open] pre', { hasText: '(private)' }).waitFor()
    await look(page, at('session'))

    await go('#/channels')
    await page.locator('main tbody a', { hasText: 'room:1' }).first().waitFor()
    await look(page, at('channels'))
    await go('#/channels/room%3A1')
    await page.getByText('안녕하세요').waitFor()
    await page.locator('summary').click()
    await page.locator('textarea').fill('{"text":3}')
    await page.locator('details form button').click()
    await page.locator('details [role=status]', { hasText: 'text' }).waitFor()
    await page.locator('textarea').fill('{"text":"from the inspector"}')
    await page.locator('details form button').click()
    await page.locator('ol.tail li', { hasText: 'from the inspector' }).first().waitFor()
    await look(page, at('tail'))
    await go('#/channels/room%3A1/members')
    await page.locator('main tbody tr').first().waitFor()
    await look(page, at('members'))
    await go('#/channels/room%3A1/state')
    await page.locator('pre').first().waitFor()
    await page.locator('.travel button').first().click()
    await expect.poll(() => page.locator('output').textContent(), patience).toMatch(/^[1-9]\d* \/ /)
    await look(page, at('state'))

    await go('#/why')
    await page.locator('input[name=user]').fill(hostile)
    await page.locator('input[name=channel]').fill('room:1')
    await page.locator('input[name=publication]').fill('2')
    await page.keyboard.press('Enter')
    await page.locator('article h3', { hasText: language === 'ko' ? '라이브로 받았습니다' : 'Got it live' }).waitFor()
    await look(page, at('why'))
    expect(complaints.filter((one) => !one.includes('422'))).toEqual([])
  })
})
