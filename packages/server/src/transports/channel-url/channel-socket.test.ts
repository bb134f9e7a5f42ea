import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { atEnd, type HttpStage, publishAll, serve, tick, until } from '../../../test/http-stage.ts'
import { frame, RawClient } from '../../../test/network-client.ts'
import { TextSocket } from '../../../test/stream-readers.ts'

const open = (stage: HttpStage, name = 'chat:1', query = '', headers: Record<string, string> = {}) =>
  new TextSocket(stage.url(`/baro/channels/${name}${query}`), { headers })

const message = (payload: unknown, more = {}) => JSON.stringify({ type: 'message', payload, ...more })

describe('a plain WebSocket', () => {
  test('begins with the snapshot, and goes on with what happens', async () => {
    const stage = await serve()
    const [head] = await publishAll(stage.hub, 'chat:1', 'a')
    const socket = open(stage)
    expect(await socket.message()).toEqual({
      type: 'baro:reset',
      payload: { reason: 'none', snapshot: ['a'] },
      position: head,
    })
    const [position] = await publishAll(stage.hub, 'chat:1', 'b')
    expect(await socket.message()).toEqual({
      type: 'message',
      payload: 'b',
      position,
      offset: 2,
      id: 'id-b',
      time: expect.any(Number),
    })
  })

  test('I2: goes on from ?after=', async () => {
    const stage = await serve()
    const [first] = await publishAll(stage.hub, 'chat:1', 'a', 'b')
    const socket = open(stage, 'chat:1', `?after=${first}`)
    expect(await socket.message()).toMatchObject({ payload: 'b' })
    await publishAll(stage.hub, 'chat:1', 'c')
    expect(await socket.message()).toMatchObject({ payload: 'c' })
  })

  test('with view=payload has the payload alone, from now on, and neither resets nor signals', async () => {
    const stage = await serve()
    await publishAll(stage.hub, 'news:1', 'before')
    const sockets = [open(stage, 'news:1', '?view=payload'), open(stage, 'news:1', '?view=payload&after=none')]
    await until(() => stage.hub.counters.recovered + stage.hub.counters.reset.none === 2)
    await stage.hub.signal({ channel: 'news:1' } as never, 'typing', 'ada' as never)
    await publishAll(stage.hub, 'news:1', 'hello')
    for (const socket of sockets) expect(await socket.next()).toBe('hello')
  })

  test('carries signals, without a position', async () => {
    const stage = await serve()
    const socket = open(stage, 'news:1')
    await socket.next()
    await stage.hub.signal({ channel: 'news:1' } as never, 'typing', 'ada' as never)
    expect(await socket.next()).toBe('{"type":"typing","payload":"ada"}')
  })

  test.each<[string, number, string]>([
    ['/baro/channels/chat:1?after=42', 400, 'bad-position'],
    ['/baro/channels/chat:1?view=state', 400, 'bad-message'],
    ['/baro/channels/chat:1?before=none', 400, 'bad-message'],
    ['/baro/channels/lobby:1', 404, 'unknown-channel'],
    ['/baro/channels/chat:', 400, 'bad-name'],
  ])('at %s is refused with %i, and the sentence of what is wrong', async (path, status, code) => {
    const stage = await serve()
    const upgrade = await RawClient.upgrade(stage.listening.port, path)
    expect(upgrade.status).toContain(` ${status} `)
    expect((await upgrade.raw.ended).toString()).toContain(`\r\n\r\n${code}: `)
    expect(stage.hub.counters).toMatchObject({ rejected: 1, sessions: 0 })
  })
})

describe('what a plain WebSocket sends', () => {
  test('is published through the handler of its type, and comes back like to everybody else', async () => {
    const stage = await serve()
    const [sender, reader] = [open(stage, 'chat:1', '', { authorization: 'Bearer ada' }), open(stage)]
    await Promise.all([sender.next(), reader.next()])
    sender.say(message('hello'))
    for (const socket of [sender, reader])
      expect(await socket.message()).toMatchObject({ type: 'message', payload: 'hello', by: 'ada', offset: 1 })
  })

  test('with an id is answered, and I5: published once', async () => {
    const stage = await serve()
    const socket = open(stage, 'chat:1', '?after=none&view=payload')
    socket.say(message('hello', { id: 'mine' }), message('hello', { id: 'mine' }))
    const heard = [await socket.next(), await socket.next(), await socket.next()]
    const { position } = await stage.hub.snapshot({ channel: 'chat:1' } as never)
    const answer = JSON.stringify({ type: 'baro:published', payload: { id: 'mine', position } })
    expect(heard.sort()).toEqual(['hello', answer, answer].sort())
    expect(stage.hub.counters).toMatchObject({ published: 1, repeated: 1 })
  })

  test('is published in the order it was sent, however long a handler takes', async () => {
    let finish: (() => void) | undefined
    const slow = new Promise<void>((resolve) => {
      finish = resolve
    })
    const stage = await serve(
      {},
      {
        access: 'public',
        events: {
          message: async ({ payload, publish }) => {
            if (payload === 'first') await slow
            await publish('message', payload as never)
          },
        },
      },
    )
    const socket = open(stage)
    await socket.next()
    socket.say(message('first'), message('second'))
    await stage.ask('/baro/health')
    finish?.()
    expect([await socket.message(), await socket.message()]).toMatchObject([
      { payload: 'first' },
      { payload: 'second' },
    ])
  })

  test('as plain text is published as the event that the definition names', async () => {
    const stage = await serve()
    const socket = open(stage)
    await socket.next()
    for (const text of ['hello', '안녕', '[1,2]', '"quoted"', '']) {
      socket.say(text)
      expect(await socket.message()).toMatchObject({ type: 'message', payload: text })
    }
    socket.say(message('as JSON'))
    expect(await socket.message()).toMatchObject({ payload: 'as JSON' })
  })

  test('as plain text, where no definition says so, is answered with the option that would take it', async () => {
    const stage = await serve()
    const socket = open(stage, 'news:1')
    await socket.next()
    socket.say('hello')
    const { type, payload } = await socket.message()
    expect([type, payload]).toEqual([
      'baro:error',
      { code: 'bad-message', message: expect.stringContaining('text: "message"') },
    ])
    await publishAll(stage.hub, 'news:1', 'still open')
    expect(await socket.message()).toMatchObject({ payload: 'still open' })
  })

  test.each<[string, string, string]>([
    ['broken JSON', '{"type":"message",', 'bad-message'],
    ['broken JSON after a space', ' {"type"', 'bad-message'],
    ['no type', '{"payload":"a"}', 'bad-message'],
    ['no payload', '{"type":"message"}', 'bad-message'],
    ['an id that is no text', message('a', { id: 5 }), 'bad-message'],
    ['an id that is none', message('a', { id: 'a b' }), 'bad-id'],
    ['a reserved type', '{"type":"baro:reset","payload":{}}', 'not-accepted'],
    ['a type every object inherits', '{"type":"constructor","payload":{}}', 'not-accepted'],
    ['a payload that fails its schema', message(5), 'invalid-payload'],
    ['__proto__', '{"type":"message","payload":"a","__proto__":{}}', 'bad-message'],
  ])('of %s is answered with what is wrong, and the connection stays', async (_, text, code) => {
    const stage = await serve()
    const socket = open(stage)
    await socket.next()
    socket.say(text, message('fine'))
    expect(await socket.message()).toMatchObject({ type: 'baro:error', payload: { code } })
    expect(await socket.message()).toMatchObject({ payload: 'fine' })
    expect(stage.hub.counters).toMatchObject({ rejected: 1, published: 1 })
  })

  test('names the id in the error, if the publish had one', async () => {
    const stage = await serve()
    const socket = open(stage)
    await socket.next()
    socket.say(message(5, { id: 'mine' }))
    expect(await socket.message()).toMatchObject({ payload: { code: 'invalid-payload', id: 'mine' } })
  })

  test('as a binary message that lies is answered with an error', async () => {
    const stage = await serve()
    const socket = open(stage)
    await socket.next()
    socket.webSocket.send(Buffer.from('{}'), { binary: true })
    expect(await socket.message()).toMatchObject({ type: 'baro:error', payload: { code: 'bad-message' } })
  })

  test('I7: more than may be at work at once is answered with rate-limited', async () => {
    let finish: (() => void) | undefined
    const slow = new Promise<void>((resolve) => {
      finish = resolve
    })
    const stage = await serve(
      { limits: { maxMessagesAtWork: 2 } },
      { access: 'public', events: { message: () => slow } },
    )
    const socket = open(stage)
    await socket.next()
    socket.say(...['a', 'b', 'c'].map((id) => message('text', { id })))
    expect(await socket.message()).toMatchObject({ type: 'baro:error', payload: { code: 'rate-limited', id: 'c' } })
    finish?.()
    expect([await socket.message(), await socket.message()]).toMatchObject([
      { payload: { id: 'a' } },
      { payload: { id: 'b' } },
    ])
  })

  test('I7: a message longer than allowed closes with 1009', async () => {
    const stage = await serve({ limits: { maxMessageBytes: 100 } })
    const socket = open(stage)
    await socket.next()
    socket.say(message('x'.repeat(100)))
    expect(await socket.closed).toMatchObject({ code: 1009 })
  })

  test('right behind the handshake is not lost', async () => {
    const stage = await serve()
    const { raw } = await RawClient.upgrade(stage.listening.port, '/baro/channels/chat:1')
    raw.write(frame({ payload: message('hello') }))
    await raw.until('"payload":"hello"')
    raw.socket.destroy()
  })
})

/** The port of a server, and its side of the next connection. */
async function listening(server: Server) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => server.close())
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve))
  return { port: (server.address() as AddressInfo).port, connected }
}

test.each<[string, (raw: RawClient) => unknown]>([
  ['resets the connection', ({ socket }) => socket.resetAndDestroy()],
  ['ends it', ({ socket }) => socket.end()],
])('I7: a client that asks for a plain WebSocket and %s while auth works leaves nothing behind', async (_, leave) => {
  const lastsMs = 12_345
  let letIn: (() => void) | undefined
  const { hub, clock, waits } = await serve({
    auth: () =>
      new Promise((resolve) => {
        letIn = () => resolve({ id: 'ada', expiresAtMs: clock.now() + lastsMs })
      }),
  })
  const server = createServer()
  hub.attach(server)
  const { port, connected } = await listening(server)
  const raw = new RawClient(port)
  const isOver = connected.then((connection) => new Promise((resolve) => connection.once('close', resolve)))
  const isHalfOver = connected.then((connection) => new Promise((resolve) => connection.once('end', resolve)))
  raw.write(
    `GET /baro/channels/chat:1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\nAuthorization: Bearer ada\r\n\r\n`,
  )
  await until(() => letIn !== undefined)
  leave(raw)
  await Promise.race([isOver, isHalfOver])
  letIn?.()
  await isOver
  await tick()
  // A permit would wait for the end of its token.
  expect(waits).not.toContain(lastsMs)
})

test('a plain WebSocket whose channel cannot be read is told so, and closed as unavailable', async () => {
  const stage = await serve()
  stage.broker.broken.add('follow')
  const socket = open(stage)
  expect(await socket.message()).toMatchObject({ type: 'baro:error', payload: { code: 'unavailable' } })
  expect(await socket.closed).toMatchObject({ code: 4004 })
  expect(stage.hub.counters.sessions).toBe(0)
})
