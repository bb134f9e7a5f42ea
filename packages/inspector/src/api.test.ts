import { once } from 'node:events'
import { channel } from '@baro/core'
import { createHub, createMemoryBroker, type HubOptions } from '@baro/server'
import { afterEach, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { z } from 'zod'
import { type InspectorOptions, mount } from './index.ts'

const room = channel('room:{id}', {
  events: { message: z.object({ text: z.string(), email: z.string().optional() }), clear: z.object({}) },
  signals: { typing: z.object({ email: z.string().optional() }) },
  state: {
    initial: (): { text: string; email?: string | undefined }[] => [],
    on: {
      message: (list, { payload }) => [...list, payload].slice(-3),
      clear: () => {
        throw new Error('not today')
      },
    },
  },
  history: { size: 5 },
  members: { state: z.object({ name: z.string(), email: z.string() }) },
})
const key = 'an inspector key that nobody guesses'
const secret = 'ada@private.example'
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function serve(options?: InspectorOptions, hubOptions: Partial<HubOptions> = {}) {
  const log = { info() {}, warn() {}, error() {} }
  const auth: HubOptions['auth'] = ({ token }) => (token ? { id: token.slice('token-of-'.length) } : undefined)
  const hub = createHub({ channels: [room], log, auth, ...hubOptions })
  hub.on(room, {
    access: ({ user }) => user !== undefined,
    private: ['email'],
    events: { message: ({ payload, publish }) => publish('message', payload) },
    signals: { typing: ({ payload, signal }) => signal('typing', payload) },
  })
  mount(hub, options)
  const { port, close } = await hub.listen(0, '127.0.0.1')
  ends.push(close, () => hub.close())
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(`http://127.0.0.1:${port}/baro/inspect${path}`, init)
    const text = await response.text()
    expect(text).not.toContain(secret)
    expect(text).not.toContain('token-of-')
    expect(text).not.toContain('a-secret-of')
    expect(text).not.toContain(key)
    return { status: response.status, body: JSON.parse(text) }
  }
  /** A client that a page from this position has made. */
  const follow = async (position?: string) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/baro/connect`)
    ends.push(() => socket.terminate())
    const told: string[] = []
    socket.on('message', (data) => told.push(String(data)))
    await once(socket, 'open')
    const messages = [
      { type: 'baro:connect', payload: { protocol: 1, client: 'a-secret-of-the-client', token: 'token-of-ada' } },
      { type: 'baro:subscribe', payload: { channel: 'room:1', attempt: 1, version: '1', position } },
    ]
    for (const message of messages) socket.send(JSON.stringify(message))
    await expect.poll(() => told.some((one) => one.includes('"attempt":1'))).toBe(true)
  }
  return { hub, port, ask, follow }
}

const say = (text: string) => ({ text, email: secret })

describe('who may look', () => {
  const routes = [
    '/api/nodes',
    '/api/sessions',
    '/api/sessions/x',
    '/api/sessions/x/frames',
    '/api/channels',
    '/api/why',
  ]
  const ofChannels = ['', '/members', '/state', '/tail'].map((rest) => `/api/channels/room:1${rest}`)
  const all = [...routes, ...ofChannels, '', '/', '/page.js', '/page.css', '/anything', '/api/anything']

  async function statuses(port: number, headers: Record<string, string> = {}) {
    const asked = all.map((path) => fetch(`http://127.0.0.1:${port}/baro/inspect${path}`, { headers }))
    return new Set((await Promise.all(asked)).map(({ status }) => status))
  }

  test('nobody in production without a key, on every route', async () => {
    const { port } = await serve({}, { development: false })
    expect(await statuses(port)).toEqual(new Set([403]))
  })

  test('this machine alone in development without a key: not through a proxy', async () => {
    const { port, ask } = await serve({}, { development: true })
    expect((await ask('/api/nodes')).status).toBe(200)
    expect(await statuses(port, { 'x-forwarded-for': '203.0.113.7' })).toEqual(new Set([403]))
  })

  test('whoever shows the key, and nobody else, on every route, in development too', async () => {
    const { port, ask } = await serve({ key }, { development: true })
    expect(await statuses(port)).toEqual(new Set([401]))
    expect(await statuses(port, { authorization: `Bearer ${key}!` })).toEqual(new Set([401]))
    expect((await ask('/api/nodes', { headers: { authorization: `Bearer ${key}` } })).status).toBe(200)
  })

  test('no page of another origin, though the hub lets it in', async () => {
    const { ask } = await serve({ key }, { origins: ['https://shop.example'] })
    const headers = { authorization: `Bearer ${key}` }
    expect((await ask('/api/nodes', { headers: { ...headers, origin: 'https://shop.example' } })).status).toBe(403)
    expect((await ask('/api/nodes', { headers: { ...headers, 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
  })

  test('a key that could be guessed is refused at the start', () => {
    expect(() => mount(createHub({ channels: [] }), { key: '1234' })).toThrow('24 characters')
  })
})

describe('a session', () => {
  test('shows the proof of its hand-over: rendered, resumed, first live, missing', async () => {
    const { hub, ask, follow } = await serve()
    await hub.publish(room({ id: 1 }), 'message', say('one'))
    const { position } = await hub.snapshot(room({ id: 1 }))
    await hub.publish(room({ id: 1 }), 'message', say('two'))
    await follow(position)
    await hub.publish(room({ id: 1 }), 'message', say('three'))
    const { body } = await ask('/api/sessions?user=ada')
    expect(body).toMatchObject({
      total: 1,
      sessions: [{ user: 'ada', rung: 'websocket', follows: [{ is: 'live', offset: 3 }] }],
    })
    const one = await ask(`/api/sessions/${body.sessions[0].session}`)
    expect(one.body.handOvers).toEqual([
      expect.objectContaining({
        renderedAt: 1,
        outcome: 'recovered',
        resumedAt: 1,
        caughtUp: 1,
        liveAt: 2,
        firstLive: 3,
        missing: 0,
      }),
    ])
    expect(one.body.events.map(({ name }: { name: string }) => name)).toEqual(['connected', 'subscribed', 'recovered'])
    expect((await ask('/api/sessions/nobody')).status).toBe(404)
  })

  test('shows its frames, from when somebody looks, without tokens and private fields', async () => {
    const { hub, ask, follow } = await serve()
    await follow()
    const { session } = (await ask('/api/sessions')).body.sessions[0]
    expect((await ask(`/api/sessions/${session}/frames`)).body).toMatchObject({ hasFrames: true, frames: [] })
    await hub.publish(room({ id: 1 }), 'message', say('x'.repeat(3_000)))
    const { frames } = (await ask(`/api/sessions/${session}/frames`)).body
    expect(frames).toEqual([
      expect.objectContaining({ number: 1, way: 'out', kind: 'text', type: 'baro:publications', channel: 'room:1' }),
    ])
    expect(JSON.stringify(frames)).toContain('"email":"(private)"')
  })
})

describe('a channel', () => {
  test('goes back to each kept offset through the reducer, and says where it is not exact', async () => {
    const { hub, ask } = await serve()
    for (const text of ['one', 'two']) await hub.publish(room({ id: 1 }), 'message', say(text))
    await hub.publish(room({ id: 1 }), 'clear', {})
    const at = async (offset: number) => (await ask(`/api/channels/room:1/state?at=${offset}`)).body
    expect(await at(1)).toMatchObject({
      ...{ at: 1, isExact: true, state: [{ text: 'one', email: '(private)' }], reducer: 'changed', next: 2 },
      changes: [{ path: '/0', after: { text: 'one' } }],
    })
    expect(await at(3)).toMatchObject({
      at: 3,
      reducer: 'threw',
      state: [{ text: 'one' }, { text: 'two' }],
      changes: [],
    })
    for (let count = 0; count < 20; count++) await hub.publish(room({ id: 1 }), 'message', say(String(count)))
    const late = await at(22)
    expect(late).toMatchObject({ at: 22, isExact: false, base: { is: 'oldest' } })
    expect((await at(23)).state).toMatchObject([{ text: '17' }, { text: '18' }, { text: '19' }])
  })

  test('takes a publish by its schema', async () => {
    const { hub, ask } = await serve()
    const post = (payload: unknown) =>
      ask('/api/channels/room:1', { method: 'POST', body: JSON.stringify({ type: 'message', payload }) })
    expect((await post({ text: 3 })).status).toBe(422)
    expect((await post({ text: 'hello' })).status).toBe(200)
    expect((await hub.snapshot(room({ id: 1 }))).value).toEqual([{ text: 'hello' }])
    expect((await ask('/api/channels/room:1')).body).toMatchObject({
      head: 1,
      publications: [{ payload: { text: 'hello' } }],
    })
  })

  test('is followed by nobody: no hook runs, and no session is there', async () => {
    const { hub, port, ask } = await serve()
    const response = await fetch(`http://127.0.0.1:${port}/baro/inspect/api/channels/room:1/tail`)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    await reader?.read()
    await hub.publish(room({ id: 1 }), 'message', say('hello'))
    const { value = '' } = (await reader?.read()) ?? {}
    expect(JSON.parse(value.slice('data: '.length))).toMatchObject({
      is: 'published',
      publications: [{ offset: 1, payload: { text: 'hello', email: '(private)' } }],
    })
    expect((await ask('/api/sessions')).body).toEqual({ sessions: [], total: 0 })
    expect(hub.counters.sessions).toBe(0)
    await reader?.cancel()
  })

  test('shows who is here', async () => {
    const { hub, ask } = await serve()
    const taken = new Promise<void>((resolve) =>
      hub.open({ user: { id: 'ada' } }).track(room({ id: 1 }), { name: 'Ada', email: secret }, { taken: resolve }),
    )
    await taken
    await expect
      .poll(async () => (await ask('/api/channels/room:1/members')).body.members?.list)
      .toMatchObject([{ user: 'ada', state: { name: 'Ada', email: '(private)' } }])
  })
})

test('why somebody missed something is answered for all nodes, whichever is asked', async () => {
  const broker = createMemoryBroker()
  ends.push(() => broker.close())
  const [here, there] = [await serve({}, { broker }), await serve({}, { broker })]
  await there.follow()
  await here.hub.publish(room({ id: 1 }), 'message', say('hello'))
  const { body } = await here.ask('/api/why?user=ada&channel=room:1&offset=1')
  expect(body).toMatchObject({ publication: { offset: 1 }, sessions: [{ user: 'ada', outcome: 'live' }] })
  expect(body.journals).toHaveLength(2)
  const { nodes, here: own } = (await here.ask('/api/nodes')).body
  expect(nodes).toHaveLength(2)
  expect(body.sessions[0].node).not.toBe(own)
  expect((await here.ask('/api/why?offset=1')).status).toBe(400)
})
