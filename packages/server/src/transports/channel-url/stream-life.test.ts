/** How plain streams are kept alive, found dead, and ended. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { atEnd, type HttpStage, publishAll, serve, until } from '../../../test/http-stage.ts'
import { frame, RawClient } from '../../../test/network-client.ts'
import { EventReader, TextSocket } from '../../../test/stream-readers.ts'

const path = '/baro/channels/chat:1'
const interval = 25_000

async function openEvents(stage: HttpStage) {
  const reader = await EventReader.open(stage.url(`${path}?live=sse`))
  await reader.next()
  return reader
}

/** A WebSocket of which a test decides what it answers. */
async function openRaw(stage: HttpStage) {
  const { raw } = await RawClient.upgrade(stage.listening.port, path)
  await raw.until('baro:reset')
  return raw
}

const ping = Buffer.from([0x89, 0])

describe('a quiet event stream', () => {
  test('gets a comment in each heartbeat interval', async () => {
    const stage = await serve()
    const reader = await openEvents(stage)
    for (let count = 0; count < 3; count++) {
      stage.clock.advance(interval)
      expect(await reader.next()).toEqual({ isComment: true })
    }
  })

  test('gets none while it speaks', async () => {
    const stage = await serve()
    const reader = await openEvents(stage)
    for (const text of ['a', 'b', 'c', 'd']) {
      stage.clock.advance(interval - 10_000)
      await publishAll(stage.hub, 'chat:1', text)
      expect(await reader.message()).toMatchObject({ payload: text })
    }
    expect(reader.unread).toBe(0)
  })
})

describe('a quiet plain WebSocket', () => {
  test('is asked for a sign of life in each interval, and stays if it answers', async () => {
    const stage = await serve()
    const socket = new TextSocket(stage.url(path))
    await socket.next()
    let pings = 0
    socket.webSocket.on('ping', () => pings++)
    for (let count = 1; count <= 4; count++) {
      stage.clock.advance(interval)
      await until(() => pings === count)
      await stage.ask('/baro/health')
    }
    await publishAll(stage.hub, 'chat:1', 'a')
    expect(await socket.message()).toMatchObject({ payload: 'a' })
  })

  test('that does not answer until the next question is ended', async () => {
    const stage = await serve()
    const raw = await openRaw(stage)
    stage.clock.advance(interval)
    await raw.until(ping)
    expect(stage.hub.counters.sessions).toBe(1)
    stage.clock.advance(interval)
    await raw.ended
    await until(() => stage.hub.counters.sessions === 0)
  })

  test('that answers late, but answers, stays', async () => {
    const stage = await serve()
    const raw = await openRaw(stage)
    stage.clock.advance(interval)
    await raw.until(ping)
    raw.write(frame({ opcode: 10 }))
    await stage.ask('/baro/health')
    stage.clock.advance(interval)
    await stage.ask('/baro/health')
    expect(stage.hub.counters.sessions).toBe(1)
    raw.socket.destroy()
  })
})

describe('a drain', () => {
  test('ends a stream that is let in after it began, and follows nothing for it', async () => {
    let letIn: (() => void) | undefined
    const joined: unknown[] = []
    const stage = await serve(
      { auth: () => new Promise((resolve) => (letIn = () => resolve(undefined))) },
      { access: 'public', joined: (context) => joined.push(context) },
    )
    const opening = EventReader.open(stage.url(`${path}?live=sse`))
    await until(() => letIn !== undefined)
    await stage.hub.drain({ spreadMs: 0 })
    letIn?.()
    await (await opening).ended
    expect([joined, stage.broker.followers.size, stage.hub.counters.sessions]).toEqual([[], 0, 0])
  })

  test('tells an event stream when to come back, and ends it', async () => {
    const stage = await serve()
    const reader = await openEvents(stage)
    const drained = stage.hub.drain({ spreadMs: 10_000 })
    const { retry } = await reader.next()
    expect(retry).toBeGreaterThanOrEqual(1_000)
    expect(retry).toBeLessThanOrEqual(10_000)
    await reader.ended
    await drained
    expect(stage.hub.counters.sessions).toBe(0)
  })

  test('never tells one to come back in less than a second: it would do so after every later drop', async () => {
    const stage = await serve()
    const reader = await openEvents(stage)
    await stage.hub.drain({ spreadMs: 0 })
    expect(await reader.next()).toEqual({ retry: 1_000 })
  })

  test('tells each its own time', async () => {
    const stage = await serve()
    const readers = [await openEvents(stage), await openEvents(stage), await openEvents(stage)]
    stage.hub.drain({ spreadMs: 600_000 })
    const times = await Promise.all(readers.map(async (reader) => (await reader.next()).retry))
    expect(new Set(times).size).toBe(3)
  })

  test('sends an event stream that opens meanwhile away again, by a way that EventSource understands', async () => {
    const stage = await serve()
    await stage.hub.drain()
    const reader = await EventReader.open(stage.url(`${path}?live=sse`))
    expect(reader.status).toBe(200)
    expect((await reader.next()).retry).toBeGreaterThanOrEqual(1_000)
    await reader.ended
    expect(stage.hub.counters.sessions).toBe(0)
  })

  test('closes a plain WebSocket with 4000', async () => {
    const stage = await serve()
    const socket = new TextSocket(stage.url(path))
    await socket.next()
    await stage.hub.drain()
    expect(await socket.closed).toMatchObject({ code: 4000 })
  })

  test('does not wait for ever for an event stream that nobody reads; its connection goes soon after', async () => {
    const stage = await serve({ limits: { maxOutboxBytes: 64 << 20 } })
    let connections = 0
    stage.listening.server.on('connection', (connection) => {
      connections++
      connection.once('close', () => connections--)
    })
    const reader = await EventReader.open(stage.url('/baro/channels/news:1?live=sse'))
    await reader.next()
    reader.pause()
    for (let count = 0; count < 24; count++) await publishAll(stage.hub, 'news:1', `${count}${'x'.repeat(1 << 20)}`)
    const drained = stage.hub.drain({ timeoutMs: 3_000 })
    await stage.ask('/baro/health')
    stage.clock.advance(3_000)
    await drained
    expect([stage.hub.counters.sessions, connections]).toEqual([0, 1])
    stage.clock.advance(2 * interval)
    await until(() => connections === 0)
  })

  test('does not leave a connection behind whose reader never closes its half', async () => {
    const stage = await serve()
    let connections = 0
    stage.listening.server.on('connection', (connection) => {
      connections++
      connection.once('close', () => connections--)
    })
    const half = connect({ port: stage.listening.port, host: '127.0.0.1', allowHalfOpen: true })
    atEnd(() => half.destroy())
    half.write(`GET ${path}?live=sse HTTP/1.1\r\nHost: a\r\n\r\n`)
    half.resume()
    await until(() => stage.hub.counters.sessions === 1)
    stage.hub.drain()
    await once(half, 'end')
    expect([stage.hub.counters.sessions, connections]).toEqual([0, 1])
    stage.clock.advance(2 * interval)
    await until(() => connections === 0)
  })
})

test.each([
  ['a plain WebSocket', (stage: HttpStage) => new TextSocket(stage.url(path)).next()],
  ['an event stream', openEvents],
])('%s is told to watchers of connected and disconnected', async (_name, open: (stage: HttpStage) => unknown) => {
  const told: string[] = []
  const tell = (what: string) => (context: { readonly session: string | undefined }) =>
    told.push(`${what} ${context.session}`)
  const stage = await serve({}, { access: 'public', joined: tell('joined'), left: tell('left') })
  stage.hub.on('connected', tell('connected'))
  stage.hub.on('disconnected', tell('disconnected'))
  await open(stage)
  await stage.hub.drain()
  const session = told[0]?.split(' ')[1]
  // It may come back to another node, so it has not left.
  expect(told).toEqual([`connected ${session}`, `joined ${session}`, `disconnected ${session}`])
})
