import type { Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { atEnd, type HttpStage, publishAll, serve, tick, until } from '../../../test/http-stage.ts'
import { RawClient } from '../../../test/network-client.ts'
import { EventReader } from '../../../test/stream-readers.ts'
import { sseDialect } from './channel-dialects.ts'

const events = (stage: HttpStage, query = '', headers: Record<string, string> = {}) =>
  EventReader.open(stage.url(`/baro/channels/chat:1${query}`), { headers: { accept: 'text/event-stream', ...headers } })

describe('an event stream', () => {
  test('begins with a head that nothing on the way keeps, compresses or collects', async () => {
    const { headers, status } = await events(await serve())
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      connection: 'close',
      vary: 'Origin',
    })
    for (const name of ['transfer-encoding', 'content-length', 'content-encoding', 'etag'])
      expect(headers[name]).toBeUndefined()
  })

  test('ends with its connection, also if the client would keep the connection: its body has no other end', async () => {
    const stage = await serve()
    const raw = new RawClient(stage.listening.port)
    raw.write('GET /baro/channels/chat:1?live=sse HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n')
    expect((await raw.until('\r\n\r\n')).toString()).toMatch(/\r\nconnection: close\r\n/i)
    raw.socket.destroy()
  })

  test('is asked for by live=sse as well as by Accept', async () => {
    const stage = await serve()
    const reader = await EventReader.open(stage.url('/baro/channels/chat:1?live=sse'))
    expect(reader.headers['content-type']).toContain('text/event-stream')
  })

  test('without a position begins with the snapshot, and goes on with what happens', async () => {
    const stage = await serve()
    const [head] = await publishAll(stage.hub, 'chat:1', 'a')
    const reader = await events(stage)
    expect(await reader.next()).toEqual({
      id: head,
      data: `{"type":"baro:reset","payload":{"reason":"none","snapshot":["a"]},"position":"${head}"}`,
    })
    const [position] = await publishAll(stage.hub, 'chat:1', 'b')
    const { id, data } = await reader.next()
    expect(id).toBe(position)
    expect(JSON.parse(data ?? '')).toEqual({
      type: 'message',
      payload: 'b',
      position,
      offset: 2,
      id: 'id-b',
      time: expect.any(Number),
    })
  })

  test('I2: goes on from ?after=, and from Last-Event-ID in its place', async () => {
    const stage = await serve()
    const [first = '', second = ''] = await publishAll(stage.hub, 'chat:1', 'a', 'b', 'c')
    const reader = await events(stage, `?after=${first}`)
    expect([await reader.message(), await reader.message()]).toMatchObject([{ payload: 'b' }, { payload: 'c' }])
    const again = await events(stage, `?after=${first}`, { 'last-event-id': second })
    expect(await again.message()).toMatchObject({ payload: 'c' })
  })

  test('at the head says nothing until something happens', async () => {
    const stage = await serve()
    const [head] = await publishAll(stage.hub, 'chat:1', 'a')
    const reader = await events(stage, `?after=${head}`)
    await until(() => stage.hub.counters.recovered === 1)
    await stage.ask('/baro/health')
    expect(reader.unread).toBe(0)
    await publishAll(stage.hub, 'chat:1', 'b')
    expect(await reader.message()).toMatchObject({ payload: 'b' })
  })

  test('carries line breaks of every kind, and any language', async () => {
    const stage = await serve()
    const text = '한 줄\n두 줄\r\n셋\r넷\u2028 data: x\n\nid: 5'
    const reader = await events(stage, '?view=payload')
    await reader.next()
    await stage.hub.publish({ channel: 'chat:1' } as never, 'message', text as never)
    // A stream knows one kind of line break (WHATWG HTML §9.2.6). JSON tells the kinds apart, a bare payload cannot.
    expect((await reader.next()).data).toBe(text.replace(/\r\n|\r/g, '\n'))
    const json = await events(stage)
    expect(await json.message()).toMatchObject({ payload: { snapshot: [text] } })
  })

  test('I6: carries signals, without a position', async () => {
    const stage = await serve()
    const reader = await EventReader.open(stage.url('/baro/channels/news:1?live=sse'))
    await reader.next()
    await stage.hub.signal({ channel: 'news:1' } as never, 'typing', 'ada' as never)
    expect(await reader.next()).toEqual({ data: '{"type":"typing","payload":"ada"}' })
  })

  test('tells the application who joined and who left', async () => {
    const told: unknown[] = []
    const stage = await serve(
      {},
      {
        access: 'public',
        joined: ({ channel, user }) => told.push(['joined', channel, user]),
        left: ({ channel, user }) => told.push(['left', channel, user]),
      },
    )
    const reader = await events(stage, '', { authorization: 'Bearer ada' })
    await until(() => told.length === 1)
    reader.abort()
    await until(() => stage.hub.counters.sessions === 0)
    expect(told).toHaveLength(1)
    stage.clock.advance(2_000)
    await until(() => told.length === 2)
    expect(told).toEqual([
      ['joined', 'chat:1', { id: 'ada' }],
      ['left', 'chat:1', { id: 'ada' }],
    ])
  })

  test.each(['view=state', 'after=42', 'limit=0'])(
    '%s is refused with its status, which ends an EventSource',
    async (query) => {
      expect((await events(await serve(), `?${query}`)).status).toBe(400)
    },
  )
})

test('an event stream whose channel cannot be read is told so, and ends', async () => {
  const stage = await serve()
  stage.broker.broken.add('follow')
  const reader = await events(stage)
  expect(await reader.message()).toMatchObject({ type: 'baro:error', payload: { code: 'unavailable' } })
  await reader.ended
  expect(stage.hub.counters.sessions).toBe(0)
})

describe('view=payload of an event stream', () => {
  test('is the payload alone, a string as itself', async () => {
    const stage = await serve()
    const [head] = await publishAll(stage.hub, 'room:1', 'before')
    const reader = await EventReader.open(stage.url('/baro/channels/room:1?live=sse&view=payload'))
    expect(await reader.next()).toEqual({ id: head })
    const [position] = await publishAll(stage.hub, 'room:1', 'a')
    expect(await reader.next()).toEqual({ id: position, data: '{"text":"a"}' })
    const chat = await events(stage, '?view=payload')
    await chat.next()
    await publishAll(stage.hub, 'chat:1', 'hello')
    expect(await chat.next()).toMatchObject({ data: 'hello' })
  })

  test('I2: says where it begins, so that a drop before the first message loses nothing', async () => {
    const stage = await serve()
    await publishAll(stage.hub, 'chat:1', 'before')
    const reader = await events(stage, '?view=payload')
    const { id = '' } = await reader.next()
    reader.abort()
    await publishAll(stage.hub, 'chat:1', 'meanwhile')
    const again = await events(stage, '?view=payload', { 'last-event-id': id })
    expect(await again.next()).toMatchObject({ data: 'meanwhile' })
  })

  test('I4: shows no reset: only the position moves', async () => {
    const stage = await serve()
    const [head] = await publishAll(stage.hub, 'chat:1', 'a')
    const reader = await events(stage, '?view=payload', { 'last-event-id': '1a.another.7.aaaaaa' })
    expect(await reader.next()).toEqual({ id: head })
    expect(stage.hub.counters.reset.epoch).toBe(1)
  })

  test('shows no signals', async () => {
    const stage = await serve()
    const reader = await EventReader.open(stage.url('/baro/channels/news:1?live=sse&view=payload'))
    await reader.next()
    await stage.hub.signal({ channel: 'news:1' } as never, 'typing', 'ada' as never)
    await publishAll(stage.hub, 'news:1', 'a')
    expect(await reader.next()).toMatchObject({ data: 'a' })
  })
})

test('I7: nothing is made for readers that have left', async () => {
  const stage = await serve()
  const [leaver, stayer] = [await events(stage), await events(stage, '?view=payload')]
  await leaver.next()
  await stayer.next()
  const encode = vi.spyOn(sseDialect('publication'), 'encode')
  atEnd(() => encode.mockRestore())
  await publishAll(stage.hub, 'chat:1', 'to both')
  expect(await stayer.next()).toMatchObject({ data: 'to both' })
  expect(encode).toHaveBeenCalledTimes(1)
  leaver.abort()
  await until(() => stage.hub.counters.sessions === 1)
  await publishAll(stage.hub, 'chat:1', 'to one')
  expect(await stayer.next()).toMatchObject({ data: 'to one' })
  expect(encode).toHaveBeenCalledTimes(1)
})

describe('nothing is left behind by an event stream', () => {
  const rest = async ({ broker, clock, hub }: HttpStage) => {
    await until(() => hub.counters.sessions === 0)
    await until(() => {
      clock.advance(1_000)
      return broker.followers.size === 0
    })
  }

  test('that its reader closes', async () => {
    const stage = await serve()
    const reader = await events(stage)
    await reader.next()
    expect(stage.hub.counters.sessions).toBe(1)
    reader.abort()
    await rest(stage)
  })

  test('whose reader is gone before it is authenticated', async () => {
    let letIn: (() => void) | undefined
    const door = new Promise<undefined>((resolve) => {
      letIn = () => resolve(undefined)
    })
    const stage = await serve({ auth: ({ token }) => (token === 'slow' ? door : undefined) })
    let connections = 0
    stage.listening.server.on('connection', (connection) => {
      connections++
      connection.once('close', () => connections--)
    })
    const headers = { accept: 'text/event-stream', authorization: 'Bearer slow' }
    const pending = stage.send('/baro/channels/chat:1', { headers })
    await until(() => connections === 1)
    await stage.ask('/baro/health')
    pending.abort()
    await until(() => connections === 0)
    letIn?.()
    await until(() => stage.broker.followers.size === 1)
    await rest(stage)
  })

  test('whose reader closed while bytes waited: nothing is written after the end', async () => {
    const stage = await serve()
    const connections: Socket[] = []
    const errors: unknown[] = []
    stage.listening.server.on('connection', (connection) => {
      connections.push(connection)
      connection.on('error', (error) => errors.push(error))
    })
    const raw = new RawClient(stage.listening.port)
    raw.write('GET /baro/channels/news:1?live=sse HTTP/1.1\r\nHost: a\r\n\r\n')
    await raw.until('baro:reset')
    raw.socket.pause()
    for (let count = 0; count < 160; count++) {
      await publishAll(stage.hub, 'news:1', `${count}-${'x'.repeat(64 << 10)}`)
      await tick()
    }
    raw.socket.end()
    await until(() => connections[0]?.writableEnded === true)
    expect(stage.hub.counters.sessions).toBe(1)
    stage.clock.advance(25_000)
    await tick()
    raw.socket.resume()
    await rest(stage)
    expect(errors).toEqual([])
  })
})

test('a request behind another on its connection is answered after it', async () => {
  let letIn: (() => void) | undefined
  const door = new Promise<undefined>((resolve) => {
    letIn = () => resolve(undefined)
  })
  const stage = await serve({ auth: ({ token }) => (token === 'slow' ? door : undefined) })
  const raw = new RawClient(stage.listening.port)
  raw.write('GET /baro/channels/chat:1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer slow\r\n\r\n')
  raw.write('GET /baro/channels/chat:1?live=sse HTTP/1.1\r\nHost: a\r\n\r\n')
  await stage.ask('/baro/health')
  await publishAll(stage.hub, 'chat:1', 'a')
  await stage.ask('/baro/health')
  letIn?.()
  const text = (await raw.until('baro:reset')).toString()
  expect(text).toMatch(
    /^HTTP\/1\.1 200 [\s\S]*application\/json[\s\S]*"snapshot":\["a"\][\s\S]*HTTP\/1\.1 200 [\s\S]*text\/event-stream/,
  )
  raw.socket.destroy()
})
