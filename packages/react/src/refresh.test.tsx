// @vitest-environment happy-dom
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { at, Browser, chat, lobby, message, pageAt } from '../test/browser.ts'
import { BaroProvider } from './baro-provider.tsx'
import { Refresh } from './refresh.tsx'
import { useChannel } from './use-channel.ts'

let browser: Browser
let root: Root
const refresh = vi.fn()

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  vi.useFakeTimers()
  browser = new Browser()
  root = createRoot(document.createElement('div'))
})
afterEach(async () => {
  await act(async () => root.unmount())
  refresh.mockReset()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const shown: (readonly string[])[] = []
function Texts() {
  shown.push(useChannel(chat, pageAt(2)).state)
  return null
}

const show = (shownAt: number | string | undefined, more?: 'texts') => {
  const position = typeof shownAt === 'number' ? at(shownAt) : shownAt
  return act(async () =>
    root.render(
      <BaroProvider client={browser.client}>
        {position && <Refresh on={{ channel: lobby.channel, position, version: '1' }} refresh={refresh} />}
        {more && <Texts />}
      </BaroProvider>,
    ),
  )
}
const pass = (ms: number) => act(async () => vi.advanceTimersByTimeAsync(ms))

it('refreshes once for what comes together, and not again when the newer page is there', async () => {
  await show(2)
  await act(async () => browser.goLive())
  await pass(5_000)
  expect(refresh).not.toHaveBeenCalled()
  await act(async () => browser.deliver(3))
  await act(async () => browser.deliver(4))
  await pass(50)
  expect(refresh).toHaveBeenCalledTimes(1)
  await show(4)
  await pass(60_000)
  expect(refresh).toHaveBeenCalledTimes(1)
})

it('goes on when the page that came is not new enough', async () => {
  await show(2)
  await act(async () => browser.goLive())
  await act(async () => browser.deliver(3))
  await pass(50)
  await show(2)
  await pass(2_000)
  expect(refresh).toHaveBeenCalledTimes(2)
})

it('a page that came newer, and is behind again by then, is refreshed a second after the one before', async () => {
  await show(2)
  await act(async () => browser.goLive())
  await act(async () => browser.deliver(3))
  await pass(50)
  await act(async () => browser.deliver(4))
  await show(3)
  await pass(1_000)
  expect(refresh).toHaveBeenCalledTimes(2)
})

it('a queried position does not say that a page is newer, however often it is another', async () => {
  await show(2)
  await act(async () => browser.goLive())
  await act(async () => browser.deliver(3))
  await pass(50)
  await show('1q.epoch1.5.0.')
  await pass(1_500)
  await show('1q.epoch1.6.0.')
  await pass(400)
  expect(refresh).toHaveBeenCalledTimes(1)
  await pass(100)
  expect(refresh).toHaveBeenCalledTimes(2)
})

it('refreshes an old page (back button, router cache) of a channel that is live already', async () => {
  await show(undefined, 'texts')
  await act(async () => browser.goLive())
  await act(async () => browser.deliver(3))
  await show(2, 'texts')
  await pass(50)
  expect(refresh).toHaveBeenCalledTimes(1)
})

it('takes nothing from who shows the same channel live', async () => {
  await show(2)
  await act(async () => browser.goLive())
  await act(async () => browser.deliver(3))
  await show(2, 'texts')
  const asked = browser.sent.findLast(({ type }) => type === 'baro:subscribe')?.payload as { attempt: number }
  const payload = { channel: lobby.channel, attempt: asked.attempt, follows: at(2), position: at(3) }
  await act(async () => browser.tell({ type: 'baro:recovered', payload: { ...payload, publications: [message(3)] } }))
  await act(async () => browser.deliver(4))
  expect(shown.at(-1)).toEqual(['m1', 'm2', 'm3', 'm4'])
})

it('takes no state from who shows the same channel live, where the page is newer than that', async () => {
  await show(undefined, 'texts')
  await act(async () => browser.goLive())
  await show(4, 'texts')
  expect(shown.at(-1)).toEqual(['m1', 'm2'])
  expect(browser.sent.at(-1)).toMatchObject({ type: 'baro:subscribe', payload: { position: at(2) } })
})
