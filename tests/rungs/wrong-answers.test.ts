import { createSharedTransport } from '@baro/client/transports'
import { createSeededRandomness } from '@baro/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { clientRungs } from './client-rungs.ts'
import { openStage } from './rung-stage.ts'
import { createWrongServer, type WrongAnswer } from './wrong-answers.ts'

const html = { 'content-type': 'text/html' }
const json = { 'content-type': 'application/json' }

/** What a client may be answered that is no answer of a hub. */
const wrongAnswers: readonly (readonly [what: string, answer: WrongAnswer])[] = [
  ['a portal that asks for a room number', { status: 200, headers: html, body: '<html>Welcome to our hotel</html>' }],
  ['nothing, and all is well', { status: 200 }],
  ['JSON of somebody else', { status: 200, headers: json, body: '{"ok":true}' }],
  ['JSON that ends in the middle', { status: 200, headers: json, body: '{"messages":[{"type":"baro:conn' }],
  ['JSON that is cut', { status: 200, headers: json, body: '{"messages":[', isCut: true }],
  ['a list without a greeting', { status: 200, headers: json, body: '{"messages":[]}' }],
  ['a login page somewhere else', { status: 302, headers: { location: '/login?next=/baro' } }],
  ['a wall that refuses with a page', { status: 403, headers: html, body: '<html>Checking your browser</html>' }],
  ['too much, come back in half a minute', { status: 429, headers: { 'retry-after': '30' } }],
  ['an error', { status: 500, headers: html, body: '<html>' }],
  ['a gateway without a hub', { status: 502 }],
  ['nobody', undefined],
]

describe.each(clientRungs)('over %s', (_, createTransport) => {
  it.each(wrongAnswers)('answered by %s, a client backs off, goes on, and misses nothing', async (_, answer) => {
    const { clock, hub, port, follow, pass, until, settled } = await openStage()
    const server = await createWrongServer(port)
    onTestFinished(() => server.close())
    const { subscription, states, client } = await follow(createTransport(clock), { origin: server.origin })
    server.answer(answer)
    // A client that polls asks when its interval is over.
    await until(() => expect(states.at(-1)).toMatch(/^waiting/))
    const published = subscription.publish('said', 'written meanwhile')
    await hub.publish({ channel: 'room:1' }, 'said', 'missed')
    await pass(20_000)
    expect(server.asked).toBeGreaterThan(1)
    expect(server.asked).toBeLessThan(15)
    expect(client.status.state).not.toBe('gave-up')
    server.answer('hub')
    await settled(published)
    await until(() => expect(subscription.current).toMatchObject({ pending: [], status: { state: 'live' } }))
    expect(subscription.current.state).toEqual(['missed', 'written meanwhile'])
    expect(client.counters.reset).toBe(1)
  })
})

/** Browsers in which something is there, and refuses. */
const refusing: readonly (readonly [what: string, parts: object])[] = [
  ['locks that reject', { locks: { request: () => Promise.reject(new DOMException('sandboxed', 'SecurityError')) } }],
  [
    'locks that throw',
    {
      locks: {
        request() {
          throw new DOMException('sandboxed', 'SecurityError')
        },
      },
    },
  ],
  ['locks that say nothing', { locks: { request: () => new Promise(() => {}) } }],
  [
    'a BroadcastChannel that cannot be made',
    {
      BroadcastChannel: class {
        constructor() {
          throw new DOMException('sandboxed', 'SecurityError')
        }
      },
    },
  ],
  [
    'a BroadcastChannel that cannot send',
    {
      BroadcastChannel: class {
        postMessage() {
          throw new DOMException('closed', 'InvalidStateError')
        }
        close() {}
      },
    },
  ],
]

describe.each(clientRungs)('over %s', (_, createTransport) => {
  it.each(refusing)('with %s, a page has a link, and few tries', async (what, parts) => {
    const { clock, follow, settled, until } = await openStage()
    let opened = 0
    const inner = createTransport(clock)
    const counted = {
      get rung() {
        return inner.rung
      },
      open(...args: Parameters<typeof inner.open>) {
        opened++
        return inner.open(...args)
      },
    }
    const granting = {
      request: (_: string, options: unknown, held?: () => unknown) =>
        Promise.resolve((held ?? (options as () => unknown))()),
    }
    const shared = createSharedTransport(counted, {
      clock,
      randomness: createSeededRandomness('tabs'),
      locks: granting as never,
      BroadcastChannel: class {
        postMessage() {}
        close() {}
      } as never,
      ...parts,
    })
    const { subscription } = await follow(shared)
    await settled(subscription.publish('said', what))
    await until(() => expect(subscription.current).toMatchObject({ state: [what], pending: [] }))
    expect(opened).toBeLessThanOrEqual(2)
  })
})
