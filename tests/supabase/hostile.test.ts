import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { atEnd, Heard, joined, type Node, startNode } from './stage.ts'

/** A WebSocket to the gateway, as a stranger makes one. */
async function stranger({ url }: Node, query = 'vsn=2.0.0', headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/realtime/v1/websocket?${query}`, { headers })
  atEnd(() => socket.terminate())
  await once(socket, 'open')
  return socket
}

/** What comes next, as a list of serializer 2.0.0. */
async function next(socket: WebSocket): Promise<readonly unknown[]> {
  const [data] = await once(socket, 'message')
  return JSON.parse(String(data))
}

const join = (topic: string, ref = '1') => JSON.stringify([ref, ref, topic, 'phx_join', { config: {} }])

describe('frames that lie', () => {
  test.each([
    ['lengths beyond the end', Buffer.from([3, 255, 255, 255, 255, 255, 1, 0])],
    ['an unknown kind', Buffer.from([9, 0, 0, 0, 0, 0, 1])],
    ['nothing', Buffer.alloc(0)],
    ['an unknown encoding', Buffer.from([3, 0, 0, 1, 1, 0, 7, 97, 98])],
    ['text that is not UTF-8', Buffer.from([3, 0, 0, 1, 1, 0, 1, 255, 254])],
    ['JSON that is none', '{'],
    ['an object for a list', '{}'],
    ['a topic that is no text', '[null,"1",7,"phx_join",{}]'],
  ])('%s is answered, and the connection lives', async (_what, data) => {
    const node = await startNode()
    const socket = await stranger(node)
    socket.send(data)
    expect(await next(socket)).toEqual([null, null, 'phoenix', 'system', expect.objectContaining({ status: 'error' })])
    socket.send(JSON.stringify([null, '7', 'phoenix', 'heartbeat', {}]))
    expect(await next(socket)).toEqual([null, '7', 'phoenix', 'phx_reply', { status: 'ok', response: {} }])
  })

  test('who goes on sending them is closed', async () => {
    const node = await startNode()
    const socket = await stranger(node)
    for (let sent = 0; sent < 20; sent++) socket.send('{')
    const [code] = await once(socket, 'close')
    expect(code).toBe(4005)
  })
})

test.each([
  ['', /no channel|segment/i],
  ['phx', /segment|name/i],
  ['realtime:', /segment/i],
  [`realtime:room:${'a'.repeat(300)}`, /255/],
  ['realtime:baro~members:room:1', /./],
  ['realtime:room:1:2', /channel/],
])('the topic %j is refused', async (topic, reason) => {
  const node = await startNode()
  const socket = await stranger(node)
  socket.send(join(topic))
  const [, ref, , event, payload] = await next(socket)
  expect([ref, event]).toEqual(['1', 'phx_reply'])
  expect(payload).toEqual({ status: 'error', response: { reason: expect.stringMatching(reason) } })
})

test('ten thousand joins are held to the bound of a connection, and nobody else notices', async () => {
  const node = await startNode({ hub: { limits: { messagesPerSecond: 100_000, bytesPerSecond: 1 << 30 } } })
  const honest = node.client().channel('room:1')
  const heard = new Heard(honest)
  await joined(honest)
  const socket = await stranger(node)
  const answers = { ok: 0, error: 0 }
  const all = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const [, , , , { status }] = JSON.parse(String(data)) as [0, 0, 0, 0, { status: 'ok' | 'error' }]
      answers[status]++
      if (answers.ok + answers.error === 10_000) resolve()
    })
  })
  for (let number = 0; number < 10_000; number++) socket.send(join(`realtime:room:${number}`, String(number)))
  await all
  expect(answers).toEqual({ ok: 128, error: 9_872 })
  await joined(node.client().channel('room:2'))
  const sender = await joined(node.client().channel('room:1'))
  await sender.send({ type: 'broadcast', event: 'message', payload: { text: 'still here' } })
  expect(await heard.count(1)).toEqual([{ text: 'still here' }])
})

test('I7: of joins that come in one write a few are begun in a turn of the event loop, and others come in between', async () => {
  let turn = 0
  const begunIn = new Map<number, number>()
  const access = () => {
    begunIn.set(turn, (begunIn.get(turn) ?? 0) + 1)
    return true
  }
  const node = await startNode({ access, hub: { limits: { messagesPerSecond: 100_000, bytesPerSecond: 1 << 30 } } })
  const socket = await stranger(node)
  const count = 120
  let answers = 0
  const all = new Promise<void>((resolve) => {
    socket.on('message', () => {
      if (++answers === count) resolve()
    })
  })
  let isOver = false
  const next = () => {
    turn++
    if (!isOver) setImmediate(next)
  }
  next()
  for (let number = 0; number < count; number++) socket.send(join(`realtime:room:${number}`, String(number)))
  await all
  isOver = true
  expect([...begunIn.values()].reduce((sum, begun) => sum + begun)).toBe(count)
  // Eight begin in a turn of their address, and of those at most two are between two looks at all connections.
  expect(Math.max(...begunIn.values())).toBeLessThanOrEqual(16)
})

test('what is said on a topic that is not joined is refused', async () => {
  const node = await startNode()
  const socket = await stranger(node)
  socket.send(JSON.stringify(['1', '2', 'realtime:room:1', 'broadcast', { event: 'message', payload: { text: 'a' } }]))
  expect(await next(socket)).toEqual([
    '1',
    '2',
    'realtime:room:1',
    'phx_reply',
    { status: 'error', response: { reason: expect.stringContaining('not joined') } },
  ])
})

test.each([
  ['another site', 'vsn=2.0.0', { origin: 'https://evil.example' }, 403],
  ['an unknown serializer', 'vsn=3.0.0', {}, 400],
])('%s is turned away at the handshake', async (_what, query, headers, status) => {
  const node = await startNode()
  const socket = new WebSocket(`${node.url.replace('http', 'ws')}/realtime/v1/websocket?${query}`, { headers })
  const [request, response] = await once(socket, 'unexpected-response')
  expect(response.statusCode).toBe(status)
  request.destroy()
})

test('a page of an allowed site may send what the client sends, another may not', async () => {
  const node = await startNode({ hub: { origins: ['https://shop.example'] } })
  const ask = (origin: string) =>
    fetch(`${node.url}/realtime/v1/api/broadcast`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'apikey, authorization, content-type',
      },
    })
  const allowed = await ask('https://shop.example')
  expect(allowed.status).toBe(204)
  expect(allowed.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('apikey')
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://shop.example')
  expect((await ask('https://evil.example')).status).toBe(403)
})

test.each([
  ['no list', '{}', 400],
  ['a topic that is no text', '{"messages":[{"topic":1,"event":"message"}]}', 400],
  ['a payload that the schema refuses', '{"messages":[{"topic":"room:1","event":"message","payload":{}}]}', 422],
  ['no JSON', '{', 400],
  ['more than a message may have', JSON.stringify({ messages: ['a'.repeat(70_000)] }), 413],
])('a POST with %s is refused', async (_what, body, status) => {
  const node = await startNode()
  const response = await fetch(`${node.url}/realtime/v1/api/broadcast`, { method: 'POST', body })
  expect(response.status).toBe(status)
  expect(await response.json()).toEqual({
    code: expect.any(String),
    error: expect.any(String),
    message: expect.any(String),
  })
})
