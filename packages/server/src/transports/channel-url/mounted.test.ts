/** `hub.serve`: one channel at a path of the application, for code that does not use our client. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { type Asked, atEnd, publishAll, sendTo, serve, until } from '../../../test/http-stage.ts'
import { EventReader } from '../../../test/stream-readers.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** A plain server of an application, that serves the same channel at three paths. */
async function application(options: Parameters<typeof serve>[0] = {}) {
  const stage = await serve(options)
  const chat = { channel: 'chat:1' } as never
  const routes: Readonly<Record<string, Handler>> = {
    '/api/messages': stage.hub.serve(chat, { view: 'state' }),
    '/api/messages/long-poll': stage.hub.serve(chat, { view: 'state', waitMs: 25_000 }),
    '/api/events': stage.hub.serve(chat, { view: 'payload', live: 'sse' }),
    '/api/raw': stage.hub.serve(chat),
    '/api/nothing': stage.hub.serve({ channel: 'lobby' } as never),
  }
  const server = createServer((request, response) => {
    const route = routes[(request.url ?? '').split('?')[0] ?? '']
    if (route) route(request, response)
    else response.writeHead(404).end('of the application')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  atEnd(() => server.close())
  atEnd(() => server.closeAllConnections())
  return {
    ...stage,
    port,
    ask: (path: string, asked?: Asked) => sendTo(port, path, asked).answer,
    send: (path: string, asked?: Asked) => sendTo(port, path, asked),
  }
}

describe('a channel that an application has mounted', () => {
  test('at /api/messages is the list, and takes what is posted', async () => {
    const { ask, hub } = await application()
    await publishAll(hub, 'chat:1', 'a')
    expect((await ask('/api/messages')).body).toEqual(['a'])
    const posted = await ask('/api/messages', { method: 'POST', body: '{"type":"message","payload":"b"}' })
    expect(posted.body).toEqual({ id: expect.any(String), position: expect.any(String) })
    expect((await ask('/api/messages')).body).toEqual(['a', 'b'])
  })

  test('at /api/messages/long-poll is held until the list changes', async () => {
    const { ask, hub, send, waits } = await application()
    await publishAll(hub, 'chat:1', 'a')
    const { etag } = (await ask('/api/messages')).headers
    const pending = send('/api/messages/long-poll', { headers: { 'if-none-match': etag } })
    await until(() => waits.includes(25_000))
    await publishAll(hub, 'chat:1', 'b')
    expect((await pending.answer).body).toEqual(['a', 'b'])
  })

  test('at /api/events is a stream of payloads', async () => {
    const { hub, port } = await application()
    const reader = await EventReader.open(`http://127.0.0.1:${port}/api/events`)
    await reader.next()
    await publishAll(hub, 'chat:1', 'hello')
    expect(await reader.next()).toMatchObject({ data: 'hello' })
  })

  test('is what its mount says unless the request says something else', async () => {
    const { ask, hub } = await application()
    const [first] = await publishAll(hub, 'chat:1', 'a', 'b')
    expect((await ask(`/api/messages?view=publication&after=${first}`)).body.publications).toMatchObject([
      { payload: 'b' },
    ])
    expect((await ask(`/api/messages/long-poll?wait=0&after=${first}`)).body).toEqual(['a', 'b'])
    expect((await ask('/api/raw')).body).toMatchObject({ snapshot: ['a', 'b'] })
  })

  test('continues from the same positions as at the hub itself', async () => {
    const { ask, hub, listening } = await application()
    const [first] = await publishAll(hub, 'chat:1', 'a', 'b')
    const mounted = (await ask(`/api/raw?after=${first}`)).body
    expect(mounted).toEqual((await sendTo(listening.port, `/baro/channels/chat:1?after=${first}`).answer).body)
  })

  test('answers OPTIONS, and refuses other methods', async () => {
    const { ask } = await application()
    expect((await ask('/api/messages', { method: 'OPTIONS' })).status).toBe(204)
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const answer = await ask('/api/messages', { method })
      expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, POST, OPTIONS'])
    }
  })

  test('refuses origins that the hub does not allow', async () => {
    const { ask } = await application({ development: false })
    expect((await ask('/api/messages', { headers: { origin: 'https://evil.example' } })).status).toBe(403)
  })

  test('that does not exist is an answer, and no exception in the server of the application', async () => {
    const { ask } = await application()
    const { status, body } = await ask('/api/nothing')
    expect([status, body.error?.code]).toEqual([404, 'unknown-channel'])
    expect((await ask('/elsewhere')).text).toBe('of the application')
  })
})
