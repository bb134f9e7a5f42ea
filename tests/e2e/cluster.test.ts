import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { launchBrowser } from './browser.ts'
import { slow } from './patience.ts'
import { shownIds, violationsOf, waitForIds, waitForLive, watchOrder } from './room-page.ts'

vi.setConfig(slow)

const folder = fileURLToPath(new URL('../../examples/site', import.meta.url))

test('I2: two of three nodes are killed, and all restart one after the other: a page shows each message once, and is never reset', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'cluster/cluster.ts'], {
    cwd: folder,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const browser = await launchBrowser()
  onTestFinished(async () => {
    await browser.close()
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
  let printed = ''
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    printed += chunk
    if (printed.includes('/cluster')) break
  }
  const url = /http:\/\/localhost:\d+/.exec(printed)?.[0] ?? ''

  const page = await browser.newPage({ locale: 'en-US' })
  await watchOrder(page)
  const ids: string[] = []
  const publish = async () => {
    const id = `w${String(ids.length).padStart(4, '0')}`
    for (;;) {
      const answer = await fetch(`${url}/baro/channels/room:cluster`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ type: 'message', payload: { name: 'log', text: id }, id }),
      }).catch(() => undefined)
      // Whoever gets no answer asks again under the same id, of another node.
      if (answer?.ok) break
    }
    ids.push(id)
  }
  const act = async (path: string) =>
    expect((await fetch(`${url}/cluster/${path}`, { method: 'POST' })).status).toBe(204)

  for (let count = 0; count < 5; count++) await publish()
  await page.goto(`${url}/rooms/cluster`)
  await waitForIds(page, ids)
  await waitForLive(page)
  for (const name of ['1', '2']) {
    await act(`kill/${name}`)
    for (let count = 0; count < 5; count++) await publish()
    await waitForIds(page, ids)
  }
  // Starts these two, and then moves everybody away from the third.
  await act('roll')
  await publish()
  await waitForIds(page, ids)
  expect(await shownIds(page)).toEqual(ids)
  expect(await violationsOf(page)).toEqual([])
  expect(await page.locator('[data-hand-over=reset]').count()).toBe(0)
  const state = (await (await fetch(`${url}/cluster/state`)).json()) as readonly { readonly answered: number }[]
  expect(state.every(({ answered }) => answered > 0)).toBe(true)
})
