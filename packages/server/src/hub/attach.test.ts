import { once } from 'node:events'
import { Agent, createServer, type RequestListener, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createFakeClock } from '@baro/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { RecordedLog, room } from '../../test/fake-client.ts'
import { NetworkClient, RawClient } from '../../test/network-client.ts'
import { createHub } from './create-hub.ts'
import type { HubOptions } from './hub.ts'

const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function makeHub(options: Partial<HubOptions> = {}) {
  const hub = createHub({ channels: [room], log: new RecordedLog(), ...options })
  hub.on(room, { access: 'public' })
  ends.push(() => hub.close())
  return hub
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** An application’s own listeners, which write down what they were asked. */
function application() {
  const asked: string[] = []
  const onRequest: RequestListener = ({ url }, response) => {
    asked.push(`request ${url}`)
    response.end('mine')
  }
  const onUpgrade = ({ url }: { url?: string }, stream: Duplex) => {
    asked.push(`upgrade ${url}`)
    stream.end('HTTP/1.1 418 Mine\r\n\r\n')
  }
  return { asked, onRequest, onUpgrade }
}

const get = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
const upgrade = async (port: number, path: string) => (await RawClient.upgrade(port, path)).status
const switching = 'HTTP/1.1 101 Switching Protocols'

describe('a hub that is attached to the server of an application', () => {
  test('takes what is under its path, and leaves the rest to the others', async () => {
    const { asked, onRequest, onUpgrade } = application()
    const server = createServer(onRequest).on('upgrade', onUpgrade)
    makeHub().attach(server)
    const port = await listening(server)
    expect(await get(port, '/baro/health')).toContain('ok')
    expect(await get(port, '/page')).toBe('mine')
    expect(await get(port, '/barometer')).toBe('mine')
    expect(await upgrade(port, '/baro/connect')).toBe(switching)
    expect(await upgrade(port, '/socket')).toBe('HTTP/1.1 418 Mine')
    expect(asked).toEqual(['request /page', 'request /barometer', 'upgrade /socket'])
  })

  test('does so also for listeners that are added later', async () => {
    const { asked, onRequest, onUpgrade } = application()
    const server = createServer()
    makeHub().attach(server)
    server.on('request', onRequest).on('upgrade', onUpgrade)
    const port = await listening(server)
    expect(await get(port, '/baro/health')).toContain('ok')
    expect(await upgrade(port, '/baro/connect')).toBe(switching)
    expect(asked).toEqual([])
    expect(await get(port, '/page')).toBe('mine')
    expect(await upgrade(port, '/socket')).toBe('HTTP/1.1 418 Mine')
  })

  test('twice answers once', async () => {
    const { onRequest } = application()
    const server = createServer(onRequest)
    const hub = makeHub()
    for (let times = 0; times < 3; times++) hub.attach(server)
    const port = await listening(server)
    expect(await get(port, '/baro/health')).toContain('ok')
    const client = await NetworkClient.connect(`ws://127.0.0.1:${port}/baro/connect`)
    await client.ask('baro:unsubscribe', { channel: 'a' })
    expect([client.unread, hub.counters.sessions]).toEqual([0, 1])
    expect(server.listenerCount('upgrade')).toBe(1)
  })

  test('leaves no socket hanging that nobody takes', async () => {
    const server = createServer()
    makeHub().attach(server)
    const { raw, status } = await RawClient.upgrade(await listening(server), '/socket')
    expect(status).toBe('HTTP/1.1 404 Not Found')
    await raw.ended
  })

  test.each(['/baro/nothing', '/socket'])('ends a refused upgrade of %s also if the client does not', async (path) => {
    const server = createServer()
    makeHub().attach(server)
    const gone = new Promise((resolve) => server.once('connection', (connection) => connection.once('close', resolve)))
    const raw = new RawClient(await listening(server), true)
    raw.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
    await gone
    raw.socket.destroy()
  })

  test.each([
    ['GET', '1.0', '/baro/connect'],
    ['GET', '1.0', '/baro/channels/room:1'],
    ['POST', '1.1', '/baro/connect'],
    ['DELETE', '1.1', '/baro/channels/room:1'],
  ])('refuses an upgrade by %s and HTTP/%s: %s', async (method, version, path) => {
    const server = createServer()
    const hub = makeHub()
    hub.attach(server)
    const raw = new RawClient(await listening(server))
    raw.write(
      `${method} ${path} HTTP/${version}\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n\r\n`,
    )
    const answer = (await raw.ended).toString()
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(answer).toContain(method === 'GET' ? 'HTTP/1.1, not HTTP/1.0' : `with GET, not ${method}`)
    expect(hub.counters.sessions).toBe(0)
  })

  test('says nothing about how long the connections of others may wait', async () => {
    const server = createServer()
    const { headersTimeout, requestTimeout, keepAliveTimeout } = server
    makeHub().attach(server)
    expect(server).toMatchObject({ headersTimeout, requestTimeout, keepAliveTimeout })
  })

  test('shares the server with another hub at another path', async () => {
    const server = createServer()
    const [one, other] = [makeHub(), makeHub({ path: '/other' })]
    for (const hub of [one, other]) hub.attach(server)
    const port = await listening(server)
    await NetworkClient.connect(`ws://127.0.0.1:${port}/other/connect`)
    expect([one.counters.sessions, other.counters.sessions]).toEqual([0, 1])
  })

  test('makes room for another one when it is closed', async () => {
    const { onRequest } = application()
    const server = createServer(onRequest)
    const [one, other] = [makeHub(), makeHub()]
    one.attach(server)
    await one.close()
    const port = await listening(server)
    expect(await get(port, '/baro/health')).toBe('mine')
    other.attach(server)
    await NetworkClient.connect(`ws://127.0.0.1:${port}/baro/connect`)
    expect(other.counters.sessions).toBe(1)
  })
})

describe('a hub that listens', () => {
  test('answers elsewhere with 404', async () => {
    const { port, close } = await makeHub().listen(0, '127.0.0.1')
    ends.push(close)
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
  })

  test('I7: bounds how long a head, a request and an idle connection may take', async () => {
    const { server, close } = await makeHub().listen(0, '127.0.0.1')
    ends.push(close)
    expect(server).toMatchObject({ headersTimeout: 10_000, requestTimeout: 40_000, keepAliveTimeout: 65_000 })
    const patient = await makeHub({ limits: { bodyTimeoutMs: 90_000.5 } }).listen(0, '127.0.0.1')
    ends.push(patient.close)
    expect(patient.server.requestTimeout).toBe(100_001)
  })

  test('I7: ends a WebSocket whose client never says who it is', async () => {
    const clock = createFakeClock()
    const hub = makeHub({ clock })
    const { port, close } = await hub.listen(0, '127.0.0.1')
    ends.push(close)
    const client = new NetworkClient(`ws://127.0.0.1:${port}/baro/connect`)
    await once(client.webSocket, 'open')
    clock.advance(5_000)
    expect(hub.counters.sessions).toBe(1)
    clock.advance(10_000)
    expect(await client.closed).toMatchObject({ code: 4003 })
  })

  test('rejects if the port is busy, and says which', async () => {
    const { port, close } = await makeHub().listen(0, '127.0.0.1')
    ends.push(close)
    await expect(makeHub().listen(port, '127.0.0.1')).rejects.toThrow(new RegExp(`EADDRINUSE.*${port}`))
  })

  test('frees the port when it stops, and destroys all connections, also those that do not answer', async () => {
    const hub = makeHub()
    const { port, close } = await hub.listen(0, '127.0.0.1')
    const client = await NetworkClient.connect(`ws://127.0.0.1:${port}/baro/connect`)
    const { raw } = await RawClient.upgrade(port, '/baro/connect')
    raw.socket.pause()
    const idle = new RawClient(port)
    await once(idle.socket, 'connect')
    await close()
    await client.closed
    const again = await hub.listen(port, '127.0.0.1')
    ends.push(again.close)
    expect(again.port).toBe(port)
    expect(hub.counters.sessions).toBe(0)
  })

  test('leaves the connections to another server of the same hub open', async () => {
    const hub = makeHub()
    const [one, other] = [await hub.listen(0, '127.0.0.1'), await hub.listen(0, '127.0.0.1')]
    ends.push(other.close)
    const client = await NetworkClient.connect(`ws://127.0.0.1:${other.port}/baro/connect`)
    await one.close()
    expect(await client.ask('baro:unsubscribe', { channel: 'a' })).toMatchObject({ type: 'baro:error' })
  })
})

test('a server that is closed ends, although a proxy goes on using its connections: a node that stops ends each with its answer', async () => {
  const hub = makeHub()
  const server = createServer((_request, response) => response.end('a page'))
  hub.attach(server)
  const port = await listening(server)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  ends.push(() => agent.destroy())
  const connectionAfter = (path: string) =>
    new Promise<string | undefined>((resolve) => {
      const asking = request({ port, host: '127.0.0.1', path, agent }, (response) => {
        response.resume().on('end', () => resolve(response.headers.connection))
      })
      asking.end()
    })
  for (const path of ['/', '/baro/health']) expect(await connectionAfter(path)).toBe('keep-alive')
  await hub.drain({ spreadMs: 0 })
  for (const path of ['/', '/baro/health']) expect(await connectionAfter(path)).toBe('close')
})
