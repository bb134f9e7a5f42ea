// @vitest-environment happy-dom
import { channel, members, type Schema, type Snapshot } from '@baro/core'
import { act, type ReactNode, StrictMode } from 'react'
import { hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Browser } from '../test/browser.ts'
import { BaroProvider } from './baro-provider.tsx'
import { useMembers } from './use-members.ts'

interface Mood {
  readonly mood: string
}
const schema: Schema<Mood> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as Mood }) },
}
const room = channel('room:{id}', { members: { state: schema } })
const list = 'baro~members:room:1'
const here = 'baro~here:room:1'
const member = (user: string, mood: string) => ({ id: `user:${user}`, user, state: { mood }, since: 1 })
const page = {
  ...members(room({ id: 1 })),
  position: '1a.epoch1.1.id-1',
  version: '1',
  value: { count: 1, list: [member('ada', 'calm')] },
} as Snapshot<never>

let browser: Browser
let root: Root | undefined
const complaints = vi.fn()

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  vi.spyOn(console, 'error').mockImplementation(complaints)
  browser = new Browser()
})
afterEach(async () => {
  await act(async () => root?.unmount())
  root = undefined
  expect(complaints).not.toHaveBeenCalled()
  complaints.mockReset()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

function Here({ mood }: { mood?: string }): ReactNode {
  const { list: all = [], count, me, trackStatus } = useMembers(room, page, mood === undefined ? undefined : { mood })
  const name = ({ id, user }: (typeof all)[number]) => (id === me ? 'I' : user)
  return `${count}: ${all.map((one) => `${name(one)}: ${one.state.mood}`).join(', ')} (${trackStatus.state})`
}

const inApp = (mood?: string) => (
  <StrictMode>
    <BaroProvider client={browser.client}>
      <Here {...(mood !== undefined && { mood })} />
    </BaroProvider>
  </StrictMode>
)

/** The states that were told, in order. */
const told = () => {
  const all = browser.sent.flatMap(({ type, payload }) =>
    type === 'baro:subscribe' && payload.channel === here ? [JSON.stringify(payload.state)] : [],
  )
  return [...new Set(all)].map((text) => JSON.parse(text))
}

it('shows who is here from the first paint on, tells what this member says of itself, and leaves with the component', async () => {
  const html = renderToString(inApp('glad'))
  expect(html).toBe('1: ada: calm (idle)')
  const element = document.body.appendChild(document.createElement('main'))
  element.innerHTML = html
  await act(async () => {
    root = hydrateRoot(element, inApp('glad'))
  })
  await act(async () => browser.goLive())
  // The hub has no position to recover from, so it resets.
  await act(async () => browser.clock.advance(5_000))
  await act(async () => {
    const attempts = browser.sent.flatMap(({ type, payload }) =>
      type === 'baro:subscribe' && payload.channel === here ? [payload.attempt] : [],
    )
    const attempt = Math.max(...attempts)
    browser.tell({
      type: 'baro:reset',
      payload: { channel: here, attempt, reason: 'none', position: '1a.here.0.' },
    })
  })
  expect(told()).toEqual([{ mood: 'glad' }])
  await act(async () => {
    const publications = [
      { type: 'changed', payload: { joined: [member('bob', 'glad')] }, offset: 2, id: 'id-2', time: 2 },
    ]
    browser.tell({
      type: 'baro:publications',
      payload: { channel: list, follows: page.position, position: '1a.epoch1.2.id-2', publications } as never,
    })
  })
  expect(element.textContent).toMatch(/^2: ada: calm, bob: glad/)
  const asked = browser.sent.flatMap(({ type, payload }) =>
    type === 'baro:request' && payload.type === 'me' ? [payload] : [],
  )
  expect(asked).toHaveLength(1)
  const [{ id, channel } = { id: '', channel: '' }] = asked
  await act(async () => browser.tell({ type: 'baro:answer', payload: { id, channel, payload: 'user:bob' } }))
  expect(element.textContent).toMatch(/^2: ada: calm, I: glad/)
  await act(async () => root?.render(inApp('glad')))
  await act(async () => root?.render(inApp('sad')))
  expect(told()).toEqual([{ mood: 'glad' }, { mood: 'sad' }])
  await act(async () => root?.render(inApp()))
  await act(async () => browser.clock.advance(1_000))
  expect(browser.sent.at(-1)).toEqual({ type: 'baro:unsubscribe', payload: { channel: here } })
  expect(element.textContent).toMatch(/\(idle\)$/)
  element.remove()
})
