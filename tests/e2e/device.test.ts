import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { platform } from 'node:os'
import type { Page } from 'playwright-core'
import { afterEach, expect, test, vi } from 'vitest'
import { complaintsOf } from './browser.ts'
import { patience, slow } from './patience.ts'
import { waitForLive } from './room-page.ts'
import { browser, site, visitSharedSite } from './visited-site.ts'

vi.setConfig(slow)
visitSharedSite()

interface Kept {
  readonly type: string
  readonly payload: { readonly command?: string }
}

let opened: Page[] = []
let loop: ChildProcess | undefined

afterEach(async () => {
  for (const page of opened) await page.context().close()
  opened = []
  // The shell, and the curl that it waits for.
  if (loop?.pid !== undefined && loop.exitCode === null) {
    process.kill(-loop.pid, 'SIGKILL')
    await once(loop, 'exit')
  }
  loop = undefined
})

/** A page in a context of its own, as another person has it. */
async function open(path: string): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage()
  opened.push(page)
  await page.goto(site.url + path)
  await waitForLive(page)
  return page
}

function urlOf(id: string): string {
  return `${site.url}/baro/channels/device:${encodeURIComponent(id)}`
}

async function publish(id: string, type: string, payload: object): Promise<Response> {
  return fetch(urlOf(id), { method: 'POST', body: JSON.stringify({ type, payload }) })
}

async function command(id: string, payload: object): Promise<string> {
  const answer = await publish(id, 'command', payload)
  expect(answer.status).toBe(200)
  return (await answer.json()).id
}

async function stateOf(id: string) {
  return (await fetch(`${urlOf(id)}?view=state`)).json()
}

/** The publications of a device of one type, for one command. */
async function published(id: string, type: string, of: string): Promise<number> {
  const head = await (await fetch(urlOf(id))).json()
  const { publications } = await (await fetch(`${urlOf(id)}?before=${head.position}`)).json()
  return publications.filter((one: Kept) => one.type === type && one.payload.command === of).length
}

const statuses = (page: Page) =>
  page.$$eval('[data-command]', (items) => items.map((item) => item.getAttribute('data-status')))
const newestId = (page: Page) => page.locator('[data-command]').first().getAttribute('data-command')
const become = (page: Page) => page.getByRole('button', { name: 'Be this device' }).click()

test('a phone is here on the dashboard, obeys a command, and acknowledges it', async () => {
  const dashboard = await open('/en/device')
  const complaints = complaintsOf(dashboard)
  const phone = await open('/en/device/phone')
  await become(phone)
  const row = dashboard.locator('[data-device=phone]')
  await row.locator('[data-here=true]').waitFor()
  await row.getByRole('link').click()
  await dashboard.waitForURL('**/device/phone')
  await dashboard.getByRole('button', { name: 'red' }).click()
  await expect.poll(() => statuses(dashboard), patience).toEqual(['acknowledged'])
  await phone.locator('[data-colour=red][class*=screen]').waitFor()
  await dashboard.getByRole('button', { name: 'long' }).click()
  await expect.poll(() => statuses(dashboard), patience).toEqual(['acknowledged', 'acknowledged'])
  await phone.locator('[data-buzz]').waitFor()
  await phone.context().close()
  await dashboard.locator('[data-here=false]').waitFor()
  expect(complaints).toEqual([])
})

test('a command to a device that is away is delivered when it returns, once, though it has two tabs', async () => {
  const [sender, phone] = [await open('/en/device/away'), await open('/en/device/away')]
  await become(phone)
  await sender.locator('[data-here=true]').waitFor()
  await phone.goto('about:blank')
  await sender.locator('[data-here=false]').waitFor()
  await sender.getByRole('button', { name: 'blue' }).click()
  await expect.poll(() => statuses(sender), patience).toEqual(['sent'])
  await sender.reload()
  await waitForLive(sender)
  expect(await statuses(sender)).toEqual(['sent'])
  const id = (await newestId(sender)) ?? ''
  const other = await phone.context().newPage()
  await other.goto(`${site.url}/en/device/away`)
  await become(other)
  await phone.goBack({ waitUntil: 'commit' })
  await expect.poll(() => statuses(sender), patience).toEqual(['acknowledged'])
  await waitForLive(phone)
  expect(await published('away', 'delivered', id)).toBe(1)
  expect(await published('away', 'acknowledged', id)).toBe(1)
})

test('a command that was not delivered in time says so, and nobody carries it out later', async () => {
  const sender = await open('/en/device/late')
  const id = await command('late', { what: 'colour', value: 'green', lifeSeconds: 1 })
  await expect.poll(() => statuses(sender), patience).toEqual(['expired'])
  expect((await publish('late', 'delivered', { command: id })).status).not.toBe(200)
  const phone = await open('/en/device/late')
  await become(phone)
  await expect.poll(async () => (await stateOf('late')).heardAt, patience).not.toBe(null)
  expect(await stateOf('late')).toMatchObject({
    colour: null,
    commands: [{ id, status: 'expired', isDelivered: false }],
  })
  expect(await published('late', 'expired', id)).toBe(1)
})

test.skipIf(platform() === 'win32')(
  'the loop that the page prints is a device, under a name of Hangul too',
  async () => {
    const sender = await open(`/en/device/${encodeURIComponent('부엌')}`)
    const id = await command('부엌', { what: 'colour', value: 'violet' })
    loop = spawn('sh', ['-c', (await sender.locator('section[aria-labelledby=curl] pre').textContent()) ?? ''], {
      detached: true,
    })
    let printed = ''
    loop.stdout?.on('data', (text) => {
      printed += text
    })
    await expect.poll(() => statuses(sender), patience).toEqual(['acknowledged'])
    await sender.getByText('87%').waitFor()
    await sender.getByRole('button', { name: 'short' }).click()
    await expect.poll(() => statuses(sender), patience).toEqual(['acknowledged', 'acknowledged'])
    expect(printed).toBe('colour violet\nvibration short\n')
    expect(await published('부엌', 'delivered', id)).toBe(1)
  },
)

test('only steps that follow are taken, and what waits is bounded', async () => {
  const id = await command('strict', { what: 'vibration', value: 'short' })
  expect((await publish('strict', 'acknowledged', { command: id })).status).not.toBe(200)
  const both = await Promise.all([1, 2].map(() => publish('strict', 'delivered', { command: id })))
  expect(both.filter(({ ok }) => ok)).toHaveLength(1)
  expect((await publish('strict', 'acknowledged', { command: id })).status).toBe(200)
  expect((await publish('strict', 'expired', { command: id })).status).not.toBe(200)
  for (const payload of [
    { what: 'colour', value: 'url(//evil)' },
    { what: 'vibration', value: 'short', lifeSeconds: 601 },
  ])
    expect((await publish('strict', 'command', payload)).status).toBe(422)
  for (let sent = 0; sent < 8; sent++) await command('strict', { what: 'vibration', value: 'short' })
  expect((await publish('strict', 'command', { what: 'vibration', value: 'short' })).status).not.toBe(200)
  for (const bad of ['a.b', 'x'.repeat(65), '가'.repeat(28)])
    expect((await fetch(`${site.url}/en/device/${encodeURIComponent(bad)}`)).status).toBe(404)
})
