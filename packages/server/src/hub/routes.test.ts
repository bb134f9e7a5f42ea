import { request } from 'node:http'
import { channel } from '@baro/core'
import { afterEach, describe, expect, test } from 'vitest'
import { RecordedLog, room } from '../../test/fake-client.ts'
import { RawClient } from '../../test/network-client.ts'
import type { AnyHandlers } from '../channel/handlers.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'
import { createHub } from './create-hub.ts'
import type { HubOptions } from './hub.ts'

const plain = channel('plain', { events: { message: room.events.message } })
const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function serve(handlers: Partial<AnyHandlers> = {}, options: Partial<HubOptions> = {}) {
  const log = new RecordedLog()
  const auth: HubOptions['auth'] = ({ token }) => (token === undefined ? undefined : { id: token })
  const hub = createHub({ channels: [room, plain], auth, log, ...options })
  hub.on(room, {
    access: 'public',
    events: { message: ({ payload, publish }) => publish('message', payload) },
    ...handlers,
  })
  hub.on(plain, { access: 'public' })
  const { port, close } = await hub.listen(0, '127.0.0.1')
  ends.push(() => hub.close(), close)
  const base = `http://127.0.0.1:${port}`
  const url = `${base}/baro/channels/room:1`
  const post = (body: BodyInit, headers: Record<string, string> = {}) => fetch(url, { method: 'POST', body, headers })
  return { hub, log, port, base, url, post, publish: (text: string) => post(JSON.stringify(message(text))) }
}

const message = (text: unknown, more = {}) => ({ type: 'message', payload: { text }, ...more })

/** Status and code of an error answer, which is JSON and never cached. */
async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  expect(response.headers.get('cache-control')).toBe('no-store')
  const { error } = (await response.json()) as { error: { code: string; message: string } }
  expect(error.message).toMatch(/\.$/)
  return [response.status, error.code]
}

describe('GET of a channel', () => {
  test('is its newest value at its position', async () => {
    const { hub, url } = await serve()
    const { position } = await hub.publish(room({ id: 1 }), 'message', { text: '안녕' })
    const response = await fetch(url)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ snapshot: ['안녕'], publications: [], position })
  })

  test('without a state is its newest publications, and the position they lead to', async () => {
    const { hub, base } = await serve()
    await hub.publish(plain(), 'message', { text: 'a' })
    const { position } = await hub.publish(plain(), 'message', { text: 'b' })
    const answer = (await (await fetch(`${base}/baro/channels/plain`)).json()) as Record<string, unknown>
    expect(answer).toMatchObject({ publications: [{ offset: 1 }, { offset: 2 }], position })
    expect(answer).not.toHaveProperty('snapshot')
  })

  test('HEAD has the same headers and no body', async () => {
    const { url } = await serve()
    const [get, head] = [await fetch(url), await fetch(url, { method: 'HEAD' })]
    expect(head.status).toBe(200)
    expect(await head.text()).toBe('')
    expect(head.headers.get('content-length')).toBe(String((await get.arrayBuffer()).byteLength))
  })

  test('HEAD of a long one has no body either, and its connection goes on', async () => {
    const { hub, port } = await serve({}, { compression: false })
    for (let index = 0; index < 100; index++) await hub.publish(room({ id: 1 }), 'message', { text: 'x'.repeat(2_000) })
    const raw = new RawClient(port)
    raw.write('HEAD /baro/channels/room:1 HTTP/1.1\r\nHost: a\r\n\r\n')
    const head = (await raw.until('\r\n\r\n')).toString()
    expect(Number(/content-length: (\d+)/.exec(head)?.[1])).toBeGreaterThan(64 << 10)
    raw.write('GET /baro/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect((await raw.ended).toString()).toMatch(/\r\n\r\nHTTP\/1\.1 200 OK\r\n.*"status":"ok"/s)
  })

  test.each([
    ['lobby', 404, 'unknown-channel'],
    ['constructor', 404, 'unknown-channel'],
    ['__proto__', 404, 'unknown-channel'],
    ['room%3A1', 404, 'unknown-channel'],
    ['room:', 400, 'bad-name'],
    ['room:%31', 400, 'bad-name'],
    ['room:%ED%95', 400, 'bad-name'],
    [`room:${'x'.repeat(300)}`, 400, 'bad-name'],
  ])('%s is answered with what is wrong', async (name, status, code) => {
    const { base } = await serve()
    expect(await problemOf(await fetch(`${base}/baro/channels/${name}`))).toEqual([status, code])
  })

  test('that its rule refuses is 403, and says nothing of it', async () => {
    const { hub, url } = await serve({ access: ({ action, user }) => action === 'read' && user?.id === 'ada' })
    await hub.publish(room({ id: 1 }), 'message', { text: 'secret' })
    expect(await problemOf(await fetch(url))).toEqual([403, 'refused'])
    const allowed = await fetch(url, { headers: { authorization: 'Bearer ada' } })
    expect(await allowed.json()).toMatchObject({ snapshot: ['secret'] })
    expect(allowed.headers.get('cache-control')).toBe('no-store')
  })

  test('by somebody whose token is not accepted is 401, and no fault of the application', async () => {
    const { log, url } = await serve({}, { auth: () => Promise.reject(new Error('jwt expired')) })
    expect(await problemOf(await fetch(url))).toEqual([401, 'unauthenticated'])
    expect(log.errors).toEqual([])
  })
})

describe('POST to a channel', () => {
  test('publishes through its handler, as the user of the token', async () => {
    const { hub, post } = await serve()
    const response = await post(JSON.stringify(message('hello', { id: 'my-id' })), { authorization: 'Bearer ada' })
    expect(response.status).toBe(200)
    const { position } = await hub.snapshot(room({ id: 1 }))
    expect(await response.json()).toEqual({ id: 'my-id', position })
  })

  test('I5: with the same id again gets the first answer', async () => {
    const { hub, post } = await serve()
    const body = JSON.stringify(message('hello', { id: 'my-id' }))
    const [first, again] = [await (await post(body)).json(), await (await post(body)).json()]
    expect(again).toEqual(first)
    expect(hub.counters).toMatchObject({ published: 1, repeated: 1 })
  })

  test.each<[string, BodyInit, number, string]>([
    ['no JSON', '{"type":', 400, 'bad-message'],
    ['nothing', '', 400, 'bad-message'],
    ['null', 'null', 400, 'bad-message'],
    ['a list', '[]', 400, 'bad-message'],
    ['no type', '{"payload":{"text":"a"}}', 400, 'bad-message'],
    ['no payload', '{"type":"message"}', 400, 'bad-message'],
    ['an id that is no text', JSON.stringify(message('a', { id: 5 })), 400, 'bad-message'],
    ['an id that is none', JSON.stringify(message('a', { id: 'a b' })), 400, 'bad-id'],
    ['__proto__', '{"type":"message","payload":{"text":"a","__proto__":{}}}', 400, 'bad-message'],
    ['bad UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), 400, 'bad-message'],
    ['a payload that fails its schema', JSON.stringify(message(5)), 422, 'invalid-payload'],
    ['an event no handler accepts', '{"type":"note","payload":{"text":"a"}}', 404, 'not-accepted'],
    ['an event every object inherits', '{"type":"constructor","payload":{}}', 404, 'not-accepted'],
  ])('of %s is answered with what is wrong', async (_, body, status, code) => {
    const { hub, post } = await serve()
    expect(await problemOf(await post(body))).toEqual([status, code])
    expect(hub.counters).toMatchObject({ published: 0, rejected: 1 })
  })

  test.each([1_001, 5_000_000])(
    'I7: of %i bytes is 413 where a thousand are allowed, and the sender hears it',
    async (bytes) => {
      const { hub, port } = await serve({}, { limits: { maxMessageBytes: 1_000 } })
      const status = await new Promise((resolve, reject) => {
        const sending = request({ port, method: 'POST', path: '/baro/channels/room:1' }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
        sending.on('error', reject)
        sending.end(Buffer.alloc(bytes, 'x'))
      })
      expect(status).toBe(413)
      expect(hub.counters.rejected).toBe(1)
    },
  )

  test('whose body never ends is answered at the limit, and not read any further', async () => {
    const { port } = await serve({}, { limits: { maxMessageBytes: 1_000 } })
    const raw = new RawClient(port)
    raw.write('POST /baro/channels/room:1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
    raw.write(`800\r\n${'x'.repeat(2_048)}\r\n`)
    expect((await raw.ended).toString()).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('whose body breaks off hurts nobody, and is no fault of the application', async () => {
    const { hub, log, port, url } = await serve()
    const raw = new RawClient(port)
    raw.write('POST /baro/channels/room:1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{"type":')
    raw.socket.end()
    await raw.ended
    expect((await fetch(url)).status).toBe(200)
    expect(log.errors).toEqual([])
    expect(hub.counters.published).toBe(0)
  })

  test('whose handler throws is 500, logged with the channel, and tells nothing', async () => {
    const { log, publish } = await serve({
      events: {
        message: () => {
          throw new Error('secret')
        },
      },
    })
    const response = await publish('hello')
    expect(await response.clone().text()).not.toContain('secret')
    expect(await problemOf(response)).toEqual([500, 'handler-failed'])
    expect(log.errors).toEqual([expect.stringMatching(/"room:1".*secret/s)])
  })

  test('that its rule refuses is 403, and is not handled', async () => {
    const { hub, publish } = await serve({ access: ({ action }) => action === 'read' })
    expect(await problemOf(await publish('hello'))).toEqual([403, 'refused'])
    expect(hub.counters.published).toBe(0)
  })
})

describe('other requests', () => {
  test('health says that the hub answers', async () => {
    const { base } = await serve()
    expect(await (await fetch(`${base}/baro/health`)).json()).toEqual({ status: 'ok', sessions: 0 })
  })

  test.each(['PUT', 'DELETE', 'PATCH'])('%s is 405, with what is allowed', async (method) => {
    const { url } = await serve()
    const response = await fetch(url, { method })
    expect(response.headers.get('allow')).toContain('GET, HEAD, POST')
    expect(await problemOf(response)).toEqual([405, 'bad-message'])
  })

  test.each(['/baro', '/baro/', '/baro/nothing', '/baro/channels', '/baro/channels/', '/baro/channels/room:1/more'])(
    '%s is 404',
    async (path) => {
      const { base } = await serve()
      expect(await problemOf(await fetch(base + path))).toEqual([404, 'unknown-channel'])
    },
  )

  test('from an origin that is not allowed are 403, and logged once with the setting', async () => {
    const { log, post, url } = await serve()
    const headers = { origin: 'https://evil.example' }
    expect(await problemOf(await fetch(url, { headers }))).toEqual([403, 'origin-refused'])
    expect(await problemOf(await post('{}', headers))).toEqual([403, 'origin-refused'])
    expect(log.warnings).toEqual([expect.stringContaining('origins: ["https://evil.example"]')])
  })

  test('from its own origin, a listed one, or another port of this machine in development are taken', async () => {
    const { base, url } = await serve({}, { origins: ['https://shop.example'], development: true })
    for (const origin of [base, 'https://shop.example', 'http://localhost:5173'])
      expect((await fetch(url, { headers: { origin } })).status).toBe(200)
  })

  test('are answered while the node stops: only new connections are not', async () => {
    const { hub, url } = await serve()
    await hub.drain()
    expect((await fetch(url)).status).toBe(200)
  })

  test('are 503 while the broker cannot be reached', async () => {
    const broker = createMemoryBroker()
    const { url } = await serve({}, { broker })
    await broker.close()
    expect(await problemOf(await fetch(url))).toEqual([503, 'unavailable'])
  })
})
