import { once } from 'node:events'
import type { createServer as createHttp1, IncomingMessage, ServerResponse } from 'node:http'
import { connect, createSecureServer, createServer, type Http2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { RecordedLog, room } from '../../test/fake-client.ts'
import { clientTls, serverTls } from '../../test/tls-without-certificate.ts'
import { createHub } from './create-hub.ts'

const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function makeHub() {
  const hub = createHub({ channels: [room], log: new RecordedLog() })
  hub.on(room, { access: 'public' })
  ends.push(() => hub.close())
  return hub
}

describe('a server of HTTP/2', () => {
  test.each([
    ['without TLS', () => createServer()],
    ['with TLS', () => createSecureServer(serverTls)],
    ['that allows HTTP/1', () => createSecureServer({ ...serverTls, allowHTTP1: true })],
  ])('%s is refused when a hub is attached, with what to do', (_, make) => {
    const server = make() as unknown as ReturnType<typeof createHttp1>
    expect(() => makeHub().attach(server)).toThrow('Let a proxy speak HTTP/2')
    expect(() => makeHub().attach(server)).toThrow(expect.objectContaining({ code: 'bad-definition' }))
    expect(server.listenerCount('upgrade')).toBe(0)
  })

  test.each([
    ['a read', '/baro/channels/room:1', 'GET'],
    ['an event stream', '/baro/channels/room:1?live=sse', 'GET'],
    ['a publish', '/baro/channels/room:1', 'POST'],
    ['a session of the SDK', '/baro/connect', 'POST'],
    ['a mounted channel', '/mine', 'GET'],
  ])('that hands on %s itself gets an answer, and no exception', async (_, path, method) => {
    const hub = makeHub()
    const mounted = hub.serve(room({ id: 1 }), { live: 'sse' })
    const server: Http2Server = createSecureServer(serverTls, (given, answer) => {
      const [request, response] = [given, answer] as unknown as [IncomingMessage, ServerResponse]
      if (!hub.handle(request, response)) mounted(request, response)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ends.push(() => server.close())
    const session = connect(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, clientTls)
    ends.push(() => session.destroy())
    const asking = session.request({ ':path': path, ':method': method })
    asking.end(method === 'POST' ? '{}' : undefined)
    const [headers] = (await once(asking, 'response')) as [Record<string, unknown>]
    expect(headers[':status']).toBe(505)
    asking.setEncoding('utf8')
    let body = ''
    for await (const piece of asking) body += piece
    expect(body).toContain('HTTP/1.1, not HTTP/2.0')
  })
})
