// @vitest-environment happy-dom
import type { Client } from '@baro/client'
import type { TypesOf } from '@baro/core'
import { act, type ReactNode, StrictMode, useEffect } from 'react'
import { createRoot, hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { at, Browser, chat, lobby, pageAt } from '../test/browser.ts'
import { BaroProvider } from './baro-provider.tsx'
import type { ReferenceOf } from './channel-handle.ts'
import { type LiveChannel, useChannel } from './use-channel.ts'
import { useConnection } from './use-connection.ts'

let browser: Browser
let element: HTMLElement
let root: Root | undefined
const complaints = vi.fn()

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  vi.spyOn(console, 'error').mockImplementation(complaints)
  browser = new Browser()
  element = document.body.appendChild(document.createElement('main'))
})
afterEach(async () => {
  await act(async () => root?.unmount())
  root = undefined
  element.remove()
  expect(complaints).not.toHaveBeenCalled()
  complaints.mockReset()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

type Live = LiveChannel<TypesOf<typeof chat>>

/** The newest of what `useChannel` returned, and all of it in order. */
const returned: Live[] = []
beforeEach(() => {
  returned.length = 0
})

function Chat({ reference }: { reference: ReferenceOf<typeof chat> }): ReactNode {
  const live = useChannel(chat, reference)
  returned.push(live)
  return (
    <p data-status={live.status.state}>
      {live.state.join(' ')}
      {live.pending.length > 0 && ' …'}
    </p>
  )
}

/** Makes its page anew with each render. */
function Parsed({ text }: { text: string }): ReactNode {
  return <p>{useChannel(chat, JSON.parse(text)).state.join(' ')}</p>
}

/** What components of the tests leave behind. */
const left: unknown[] = []
beforeEach(() => {
  left.length = 0
})

/** Leaves what was shown when its effects ran. */
function Watched({ reference }: { reference: ReferenceOf<typeof chat> }): ReactNode {
  useEffect(() => {
    left.push(shown())
  })
  return <Chat reference={reference} />
}

/** A child whose effects listen; they run before its parent follows the channel. */
function Ear({ live: { onPublication, onSignal } }: { live: Live }): ReactNode {
  useEffect(() => onPublication(({ offset }) => left.push(offset)), [onPublication])
  useEffect(() => onSignal(({ payload }) => left.push(payload.name)), [onSignal])
  return null
}

function Listening(): ReactNode {
  return <Ear live={useChannel(chat, pageAt(3))} />
}

/** A child that publishes in an effect. */
function Mouth({ live: { publish } }: { live: Live }): ReactNode {
  useEffect(() => {
    publish('message', { text: 'hello' }, { id: 'hello' })
  }, [publish])
  return null
}

function Speaking(): ReactNode {
  return <Mouth live={useChannel(chat, pageAt(3))} />
}

function Light(): ReactNode {
  const { status, reconnect } = useConnection()
  return (
    <button type="button" onClick={reconnect}>
      {status.state}
    </button>
  )
}

function within(client: Client, node: ReactNode): ReactNode {
  return <BaroProvider client={client}>{node}</BaroProvider>
}
async function render(node: ReactNode, client: Client = browser.client): Promise<void> {
  root ??= createRoot(element)
  await act(async () => root?.render(within(client, node)))
}
async function hydrate(html: string, node: ReactNode): Promise<void> {
  element.innerHTML = html
  await act(async () => {
    root = hydrateRoot(element, within(browser.client, node), {
      onRecoverableError: (error) => complaints(String(error)),
    })
  })
}
async function tell(run: () => void): Promise<void> {
  await act(async () => run())
}
function shown(): string | null | undefined {
  return element.querySelector('p')?.textContent
}

describe('on the server', () => {
  it("the page's value is rendered, complete, and no client is made", () => {
    vi.stubGlobal('window', undefined)
    expect(renderToString(<Chat reference={pageAt(3)} />)).toBe('<p data-status="idle">m1 m2 m3</p>')
    expect(renderToString(<Chat reference={lobby} />)).toBe('<p data-status="idle"></p>')
    expect(browser.links).toEqual([])
  })

  it('the connection is idle', () => {
    expect(renderToString(<Light />)).toBe('<button type="button">idle</button>')
  })
})

describe('hydration', () => {
  it('takes over the HTML without a difference, then goes live from its position', async () => {
    await hydrate(
      renderToString(within(browser.client, <Chat reference={pageAt(3)} />)),
      <Chat reference={pageAt(3)} />,
    )
    expect(shown()).toBe('m1 m2 m3')
    await tell(() => browser.goLive())
    await tell(() => browser.deliver(4))
    expect(shown()).toBe('m1 m2 m3 m4')
    expect(returned.at(-1)).toMatchObject({
      status: { state: 'live' },
      handOver: { rendered: 3, outcome: 'recovered', resumedAt: 3, firstLive: 4, missing: 0 },
    })
  })

  it('shows what the page shows, however far the store is, and only then the newer state (I3)', async () => {
    const html = renderToString(within(browser.client, <Chat reference={pageAt(3)} />))
    browser.client.subscribe(chat, pageAt(5))
    await hydrate(html, <Watched reference={pageAt(3)} />)
    expect(left[0]).toBe('m1 m2 m3')
    expect(returned[0]?.state).toEqual(['m1', 'm2', 'm3'])
    expect(shown()).toBe('m1 m2 m3 m4 m5')
  })
})

describe('in a browser', () => {
  it('StrictMode opens one socket and subscribes once', async () => {
    await render(
      <StrictMode>
        <Chat reference={pageAt(3)} />
        <Chat reference={lobby} />
      </StrictMode>,
    )
    await tell(() => browser.goLive())
    expect(browser.links).toHaveLength(1)
    expect(browser.sent.filter(({ type }) => type === 'baro:subscribe')).toHaveLength(1)
    await tell(() => browser.clock.advance(10_000))
    expect(browser.links[0]?.isClosed).toBe(false)
    await tell(() => browser.deliver(4))
    expect([...element.querySelectorAll('p')].map(({ textContent }) => textContent)).toEqual([
      'm1 m2 m3 m4',
      'm1 m2 m3 m4',
    ])
  })

  it('lets go when the last component is gone, and shows what it saw last to who comes back with an older page', async () => {
    await render(<Chat reference={pageAt(3)} />)
    await tell(() => browser.goLive())
    await tell(() => browser.deliver(4))
    await render(<b>elsewhere</b>)
    await tell(() => browser.clock.advance(60_000))
    expect(browser.links[0]?.isClosed).toBe(true)
    returned.length = 0
    await render(<Chat reference={pageAt(3)} />)
    expect(returned.map(({ state }) => state)).toEqual(returned.map(() => ['m1', 'm2', 'm3', 'm4']))
    expect(returned.length).toBeGreaterThan(0)
    expect(browser.links).toHaveLength(2)
  })

  it('a newer page in the props moves the state forward, an older one changes nothing (I3)', async () => {
    await render(<Chat reference={pageAt(3)} />)
    await tell(() => browser.goLive())
    await render(<Chat reference={pageAt(6)} />)
    expect(shown()).toBe('m1 m2 m3 m4 m5 m6')
    await render(<Chat reference={pageAt(2)} />)
    expect(shown()).toBe('m1 m2 m3 m4 m5 m6')
    expect(browser.links).toHaveLength(1)
  })

  it('a page of another life of the channel, made anew by each render, is asked about once', async () => {
    const text = JSON.stringify({ ...pageAt(2), position: '1a.before.2.id-2' })
    await render(<Parsed text={text} />)
    await tell(() => browser.goLive())
    const asked = () => browser.sent.flatMap(({ type, payload }) => (type === 'baro:subscribe' ? [payload] : []))
    const answer = { channel: lobby.channel, position: at(2) }
    const reset = { ...answer, reason: 'epoch', snapshot: ['n1', 'n2'] } as const
    await tell(() => browser.tell({ type: 'baro:reset', payload: { ...reset, attempt: asked().at(-1)?.attempt ?? 0 } }))
    expect(shown()).toBe('n1 n2')
    expect(asked()).toHaveLength(1)
  })

  it('another channel in the props is followed instead', async () => {
    await render(<Chat reference={pageAt(3)} />)
    await tell(() => browser.goLive())
    await render(<Chat reference={pageAt(1, 'chat:other')} />)
    expect(shown()).toBe('m1')
    await tell(() => browser.clock.advance(1_000))
    expect(browser.sent.slice(-2)).toEqual([
      { type: 'baro:subscribe', payload: expect.objectContaining({ channel: 'chat:other' }) },
      { type: 'baro:unsubscribe', payload: { channel: 'chat:lobby' } },
    ])
  })

  it('renders again when something it shows has changed, and its functions stay the same', async () => {
    await render(<Chat reference={pageAt(3)} />)
    await tell(() => browser.goLive())
    const before = returned.length
    const first = returned.at(-1)
    await tell(() => browser.tell({ type: 'baro:heartbeat', payload: {} }))
    expect(returned).toHaveLength(before)
    await tell(() => browser.deliver(4))
    expect(returned.length).toBeGreaterThan(before)
    for (const name of ['publish', 'request', 'signal', 'onPublication', 'onSignal'] as const)
      expect(returned.at(-1)?.[name]).toBe(first?.[name])
  })

  it('a parent that renders again with the same props makes nothing new', async () => {
    const reference = pageAt(3)
    await render(<Chat reference={reference} />)
    await tell(() => browser.goLive())
    const before = returned.at(-1)
    await render(<Chat reference={reference} />)
    expect(returned.at(-1)).toBe(before)
  })

  it('what is published is shown at once, and what is asked is answered', async () => {
    await render(<Chat reference={pageAt(3)} />)
    await tell(() => browser.goLive())
    const live = returned.at(-1)
    let answer: unknown
    await tell(() => {
      live?.publish('message', { text: 'mine' }, { id: 'mine' })
      live?.request('count', { from: 1 }).then((count) => {
        answer = count
      })
    })
    expect(shown()).toBe('m1 m2 m3 mine …')
    const [{ id, channel } = { id: '', channel: '' }] = browser.sent.flatMap(({ type, payload }) =>
      type === 'baro:request' ? payload : [],
    )
    await tell(() => browser.tell({ type: 'baro:answer', payload: { id, channel, payload: 7 } }))
    expect(answer).toBe(7)
  })
})

describe('effects', () => {
  it('that listen are told, whether they run before or after the channel is followed, and in StrictMode once', async () => {
    await render(
      <StrictMode>
        <Listening />
      </StrictMode>,
    )
    await tell(() => browser.goLive())
    await tell(() => browser.deliver(4))
    const signal = { channel: lobby.channel, type: 'typing', payload: { name: 'kim' } }
    await tell(() => browser.tell({ type: 'baro:signaled', payload: signal }))
    expect(left).toEqual([4, 'kim'])
    await render(<b>elsewhere</b>)
    await tell(() => browser.deliver(5))
    expect(left).toEqual([4, 'kim'])
  })

  it('of a child may publish before its parent follows the channel', async () => {
    await render(<Speaking />)
    await tell(() => browser.goLive())
    expect(browser.links).toHaveLength(1)
    expect(browser.sent.filter(({ type }) => type === 'baro:publish')).toHaveLength(1)
  })
})

describe('the connection', () => {
  it('is shown, and can be started again', async () => {
    await render(
      <>
        <Light />
        <Chat reference={pageAt(3)} />
      </>,
    )
    const button = () => element.querySelector('button')
    expect(button()?.textContent).toBe('connecting')
    await tell(() => browser.goLive())
    expect(button()?.textContent).toBe('live')
    await tell(() => browser.links[0]?.events.closed(4500, 'speak 2'))
    expect(button()?.textContent).toBe('gave-up')
    await tell(() => button()?.click())
    expect(browser.links).toHaveLength(2)
    expect(button()?.textContent).toBe('connecting')
  })

  it('is one for the page where there is no provider', async () => {
    const opened: string[] = []
    vi.stubGlobal(
      'WebSocket',
      class {
        constructor(url: string) {
          opened.push(url)
        }
        close() {}
      },
    )
    const other = document.body.appendChild(document.createElement('aside'))
    const roots = [createRoot(element), createRoot(other)]
    await act(async () => {
      for (const each of roots) each.render(<Chat reference={pageAt(3)} />)
    })
    expect(opened).toEqual([expect.stringMatching(/^ws.*\/baro\/connect$/)])
    await act(async () => {
      for (const each of roots) each.unmount()
    })
    other.remove()
  })

  it('of a provider without a client is its own, with its options', async () => {
    const opened: string[] = []
    const transport = {
      rung: 'websocket' as const,
      open: (url: string) => {
        opened.push(url)
        return { send: () => {}, close: () => {} }
      },
    }
    root = createRoot(element)
    await act(async () =>
      root?.render(
        <BaroProvider options={{ url: 'https://live.example/baro', transport }}>
          <Chat reference={pageAt(3)} />
        </BaroProvider>,
      ),
    )
    expect(opened).toEqual(['https://live.example/baro'])
  })
})
