import { describe, expect, test } from 'vitest'
import { publishAll, serve } from '../../../test/http-stage.ts'
import { EventReader } from '../../../test/stream-readers.ts'

const origin = 'https://shop.example'
const options = { origins: [origin], development: false }
const ways: readonly [string, object][] = [
  ['/baro/channels/chat:1', {}],
  ['/baro/channels/chat:1?view=state', {}],
  ['/baro/channels/chat:1?after=none&wait=25', {}],
  ['/baro/channels/chat:1', { method: 'HEAD' }],
  ['/baro/channels/chat:1', { method: 'POST', body: '{"type":"message","payload":"a"}' }],
  ['/baro/channels/lobby', {}],
  ['/baro/connect?wait=0', { method: 'POST', body: '{"messages":[{"type":"baro:connect","payload":{}}]}' }],
  ['/baro/health', {}],
]

describe('a page of an allowed origin', () => {
  test.each(ways)('may read the answer of %s %j, with its position', async (path, asked) => {
    const { ask } = await serve(options)
    const { headers, status } = await ask(path, { headers: { origin }, ...asked })
    expect(status).not.toBe(403)
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'ETag, Baro-Position',
      vary: expect.stringContaining('Origin'),
    })
  })

  test('may read an event stream', async () => {
    const { url } = await serve(options)
    const { headers } = await EventReader.open(url('/baro/channels/chat:1?live=sse'), { headers: { origin } })
    expect(headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' })
  })

  test('may read a 304', async () => {
    const { ask, hub } = await serve(options)
    const [position] = await publishAll(hub, 'chat:1', 'a')
    const headers = { origin, 'if-none-match': `"${position}"` }
    const answer = await ask('/baro/channels/chat:1', { headers })
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([304, origin])
  })

  test.each(['/baro/channels/chat:1', '/baro/connect', '/baro/health'])(
    'is answered what it may do at %s',
    async (path) => {
      const { ask } = await serve(options)
      const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
      const { headers, status, bytes } = await ask(path, { method: 'OPTIONS', headers: { origin, ...asked } })
      expect([status, bytes.length]).toEqual([204, 0])
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET, HEAD, POST',
        'access-control-allow-headers': 'Authorization, Content-Type, If-None-Match, Last-Event-ID',
      })
    },
  )
})

describe('a page of another origin', () => {
  const headers = { origin: 'https://evil.example' }

  test.each([...ways, ['/baro/channels/chat:1', { method: 'OPTIONS' }], ['/baro/channels/chat:1?live=sse', {}]])(
    'is refused at %s %j, may not read why, and changes nothing',
    async (path, asked) => {
      const { ask, hub } = await serve(options)
      const answer = await ask(path as string, { headers, ...(asked as object) })
      expect(answer.status).toBe(403)
      if (answer.text !== '') expect(answer.body.error?.code).toBe('origin-refused')
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(hub.counters).toMatchObject({ published: 0, sessions: 0 })
    },
  )
})

test('a client that names no origin is no browser, and needs no permission', async () => {
  const { ask } = await serve(options)
  const { headers, status } = await ask('/baro/channels/chat:1')
  expect([status, headers['access-control-allow-origin']]).toEqual([200, undefined])
})
