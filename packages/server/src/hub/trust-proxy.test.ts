import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { createServer as createTlsServer, request as tlsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { RecordedLog, room } from '../../test/fake-client.ts'
import { clientTls, serverTls } from '../../test/tls-without-certificate.ts'
import { createHub } from './create-hub.ts'
import type { HubOptions } from './hub.ts'

const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function makeHub(options: Partial<HubOptions> = {}) {
  const hub = createHub({ channels: [room], log: new RecordedLog(), development: false, ...options })
  hub.on(room, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })
  ends.push(() => hub.close())
  return hub
}

const webSocket = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': `${'A'.repeat(22)}==`,
}
const connecting = { messages: [{ type: 'baro:connect', payload: { protocol: 1, client: 'a-secret-of-mine' } }] }

/** Every way into a hub, and the status of who is let in. */
const ways: readonly (readonly [string, { path: string; body?: unknown; headers?: Record<string, string> }, number])[] =
  [
    ['a read', { path: '/baro/channels/room:1' }, 200],
    ['a publish', { path: '/baro/channels/room:1', body: { type: 'message', payload: { text: 'a' } } }, 200],
    ['an event stream', { path: '/baro/channels/room:1?live=sse' }, 200],
    ['a plain WebSocket', { path: '/baro/channels/room:1', headers: webSocket }, 101],
    ['a WebSocket of the SDK', { path: '/baro/connect', headers: webSocket }, 101],
    ['an event stream of the SDK', { path: '/baro/connect', body: connecting }, 200],
    ['a poll of the SDK', { path: '/baro/connect?wait=0', body: connecting }, 200],
  ]

async function statusOf(
  open: (options: RequestOptions) => ReturnType<typeof httpRequest>,
  way: (typeof ways)[number][1],
  headers: Record<string, string>,
): Promise<number | undefined> {
  const sending = open({
    host: '127.0.0.1',
    path: way.path,
    method: way.body ? 'POST' : 'GET',
    headers: { ...way.headers, ...headers },
  })
  sending.end(way.body && JSON.stringify(way.body))
  const answered = await Promise.race([once(sending, 'response'), once(sending, 'upgrade')])
  const { statusCode } = answered[0] as IncomingMessage
  sending.destroy()
  return statusCode
}

describe('behind a proxy that takes TLS off and changes the host', () => {
  const fromProxy = { 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https' }

  async function ask(way: (typeof ways)[number][1], headers: Record<string, string>, options: Partial<HubOptions>) {
    const { port, close } = await makeHub(options).listen(0, '127.0.0.1')
    ends.push(close)
    return statusOf((more) => httpRequest({ port, ...more }), way, headers)
  }

  test.each(ways)('%s comes from the site that the trusted proxy names', async (_, way, allowed) => {
    const status = (origin: string, trustProxy: number) => ask(way, { ...fromProxy, origin }, { trustProxy })
    expect(await status('https://shop.example', 1)).toBe(allowed)
    expect(await status('http://shop.example', 1)).toBe(403)
    expect(await status('https://evil.example', 1)).toBe(403)
    expect(await status('https://shop.example', 0)).toBe(403)
  })
})

describe('on a TLS server', () => {
  test.each(ways)('%s comes from a page by https, not from one by http', async (_, way, allowed) => {
    const server = createTlsServer(serverTls)
    makeHub().attach(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ends.push(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const status = (scheme: string) =>
      statusOf((more) => tlsRequest({ port, ...clientTls, ...more }), way, {
        host: 'shop.example:443',
        origin: `${scheme}://shop.example`,
      })
    expect(await status('https')).toBe(allowed)
    expect(await status('http')).toBe(403)
  })
})
