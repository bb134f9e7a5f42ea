/** `hub.serveSockets`: plain WebSockets at a path of the application, for code that does not use our client. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { RecordedLog } from '../../../test/fake-client.ts'
import { atEnd, chat, publishAll, sendTo, serve, until } from '../../../test/http-stage.ts'
import { RawClient } from '../../../test/network-client.ts'
import { TextSocket } from '../../../test/stream-readers.ts'
import type { HubOptions } from '../../hub/hub.ts'

const chat1 = chat({ id: 1 })

/** The server of an application, that answers its own requests. */
async function application(...given: Parameters<typeof serve>) {
  const stage = await serve(...given)
  const server = createServer((_request, response) => response.end('of the application'))
  stage.hub.attach(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  atEnd(() => server.close())
  atEnd(() => server.closeAllConnections())
  const open = (path: string, headers: Record<string, string> = {}) =>
    new TextSocket(`ws://127.0.0.1:${port}${path}`, { headers })
  const refusal = async (path: string) => {
    const { status, raw } = await RawClient.upgrade(port, path)
    return `${status} ${(await raw.ended).toString().split('\r\n\r\n')[1] ?? ''}`
  }
  return { ...stage, port, open, refusal }
}

describe('a channel that an application has mounted for WebSockets', () => {
  test('at the root is the chat of a tutorial, and pages stay the application’s', async () => {
    const { hub, open, port } = await application()
    hub.serveSockets('/', chat1, { view: 'payload' })
    const [ada, bob] = [open(''), open('/')]
    await until(() => hub.counters.recovered === 2)
    ada.say('Hello')
    expect([await ada.next(), await bob.next()]).toEqual(['Hello', 'Hello'])
    expect((await sendTo(port, '/').answer).text).toBe('of the application')
    expect((await sendTo(port, '/baro/health').answer).body).toMatchObject({ status: 'ok' })
  })

  test('is chosen by the parameters of the path, decoded, and by the query', async () => {
    const { hub, open } = await application()
    hub.serveSockets('/ws/chat/{room}', ({ params }) => chat({ id: params.room }))
    hub.serveSockets('/api/socket', ({ search }) => chat({ id: search.get('room') ?? 'lobby' }))
    await publishAll(hub, chat({ id: '한글 방' }).channel, 'a')
    await publishAll(hub, chat({ id: 'lobby' }).channel, 'b')
    for (const path of ['/ws/chat/%ED%95%9C%EA%B8%80%20%EB%B0%A9/', '/api/socket?room=%ED%95%9C%EA%B8%80%20방'])
      expect(await open(encodeURI(decodeURI(path))).message()).toMatchObject({ payload: { snapshot: ['a'] } })
    expect(await open('/api/socket').message()).toMatchObject({ payload: { snapshot: ['b'] } })
  })

  test('I2: goes on from ?after=, in the view that the URL asks for', async () => {
    const { hub, open } = await application()
    hub.serveSockets('/api/socket', chat1, { view: 'payload' })
    const [first] = await publishAll(hub, 'chat:1', 'a', 'b')
    expect(await open(`/api/socket?after=${first}`).next()).toBe('b')
    expect(await open(`/api/socket?after=${first}&view=publication`).message()).toMatchObject({
      payload: 'b',
      offset: 2,
    })
  })

  test('asks the rule of the channel who may read, and refuses other origins', async () => {
    const { hub, open, port } = await application({ development: false }, { access: ({ user }) => user?.id === 'ada' })
    hub.serveSockets('/api/socket', chat1)
    expect(await open('/api/socket', { authorization: 'Bearer grace' }).closed).toMatchObject({ code: 1006 })
    expect(await open('/api/socket', { authorization: 'Bearer ada' }).message()).toMatchObject({ type: 'baro:reset' })
    const evil = new TextSocket(`ws://127.0.0.1:${port}/api/socket`, { origin: 'https://evil.example' })
    expect(await evil.closed).toMatchObject({ code: 1006 })
    expect(hub.counters).toMatchObject({ sessions: 1, rejected: 2 })
  })

  test('I7: reads no more than the allowance of the link', async () => {
    const { hub, open, waits } = await application({ limits: { messagesPerSecond: 1 } })
    hub.serveSockets('/api/socket', chat1)
    const socket = open('/api/socket')
    socket.say(...Array.from({ length: 50 }, () => 'more'))
    await until(() => hub.counters.published > 0 && waits.some((ms) => ms > 0 && ms <= 1_000))
    expect(hub.counters.published).toBeLessThan(50)
  })

  test('refuses what the application refuses, and hides what it throws', async () => {
    const log = new RecordedLog()
    const { hub, refusal } = await application({ log })
    hub.serveSockets('/api/socket', ({ search }) => chat({ id: search.get('room') ?? '' }))
    hub.serveSockets('/api/broken', () => {
      throw new Error('a secret')
    })
    hub.serveSockets('/api/nothing', { channel: 'lobby:1' } as never)
    expect(await refusal('/api/socket')).toMatch(/400 Bad Request bad-name: /)
    expect(await refusal('/api/broken')).toMatch(/500 .*handler-failed: The application failed/)
    expect(log.errors.join()).toContain('a secret')
    expect(await refusal('/api/nothing')).toMatch(/404 Not Found unknown-channel: /)
  })

  test('leaves every other path alone', async () => {
    const { hub, refusal } = await application()
    hub.serveSockets('/api/socket', chat1)
    for (const path of [
      '/',
      '/api',
      '/api/socket/1',
      '/api/socket//',
      '/api/%E0%A4%A',
      '/API/socket',
      '/api/../api/socket',
    ])
      expect(await refusal(path)).toBe('HTTP/1.1 404 Not Found Nothing takes WebSockets at this path.\n')
    expect(await refusal('/baro/nothing')).toMatch(/404 Not Found unknown-channel: /)
  })

  test.each<[string, RegExp]>([
    ['api/socket', /is no path/],
    ['/api//socket', /is no path/],
    ['/api/socket?room=1', /is no path/],
    ['ws://localhost/api', /is no path/],
    ['/rooms/:id', /is no path.*"\/rooms\/\{id\}"/],
    ['/%E0%A4%A', /is no path/],
    ['/{a}/{a}', /twice/],
    ['/baro/connect', /the hub itself/],
    ['/baro/channels/{id}/', /the hub itself/],
    ['/chat/lobby', /can match the same URL/],
    ['/chat/{id}/', /can match the same URL/],
  ])('is refused at %s', async (path, why) => {
    const { hub } = await serve()
    hub.serveSockets('/chat/{room}', chat1)
    const refused = { code: 'bad-definition', message: expect.stringMatching(why) }
    expect(() => hub.serveSockets(path, chat1)).toThrow(expect.objectContaining(refused))
  })

  test.each<[Partial<HubOptions>, string]>([
    [{ path: '/' }, '/'],
    [{ path: '/' }, '/api/socket'],
    [{}, '/baro/mine'],
    [{}, '/한글'],
  ])('with %j stands at %s', async (options, path) => {
    const { hub, open } = await application(options)
    hub.serveSockets(path, chat1)
    expect(await open(encodeURI(path)).message()).toMatchObject({ type: 'baro:reset' })
    const own = open(`${hub.path}/channels/chat:1`)
    expect(await own.message()).toMatchObject({ type: 'baro:reset' })
  })

  test('in a view that no WebSocket has is refused', async () => {
    const { hub } = await serve()
    for (const view of [{ view: 'state' }, { veiw: 'payload' }])
      expect(() => hub.serveSockets('/', chat1, view as never)).toThrow(
        expect.objectContaining({ code: 'bad-definition' }),
      )
  })
})
