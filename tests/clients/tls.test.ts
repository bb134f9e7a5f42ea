/** A hub that speaks TLS itself: `https:` and `wss:`, with a certificate that the clients check. */
import { once } from 'node:events'
import { createServer as createSecureServer, get, type RequestOptions } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createClient } from '@baro/client'
import { createWebSocketTransport } from '@baro/client/transports'
import { channel } from '@baro/core'
import { createHub, type Hub } from '@baro/server'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { launchBrowser } from '../e2e/browser.ts'
import { type Certificate, makeCertificate } from './certificate.ts'

let certificate: Certificate
const ends: (() => unknown)[] = []

beforeAll(() => {
  certificate = makeCertificate()
})

afterAll(() => certificate.remove())

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const list = channel('list', {
  events: { said: z.string() },
  state: { initial: (): string[] => [], on: { said: (texts, { payload }) => [...texts, payload] } },
})

/** The script of a page: all that it knows of the hub is that it is where the page came from. */
const script = `
  import { createClient } from '@baro/client'
  import { channel } from '@baro/core'
  const list = channel('list', {
    events: { said: { '~standard': { version: 1, vendor: 'page', validate: (value) => ({ value }) } } },
    state: { initial: () => [], on: { said: (texts, { payload }) => [...texts, payload] } },
  })
  const subscription = createClient().subscribe(list, list())
  subscription.onChange(({ state, status }) => hear(JSON.stringify([status.state, state])))
`

const ways: Readonly<Record<string, (hub: Hub) => Promise<number>>> = {
  async 'hub.listen with a key and a certificate'(hub) {
    const { key, cert } = certificate
    const listening = await hub.listen(0, '127.0.0.1', { key, cert })
    ends.push(listening.close)
    return listening.port
  },
  async 'hub.attach to a server of node:https'(hub) {
    const { key, cert } = certificate
    const server = createSecureServer({ key, cert }, (_request, response) => response.end('mine'))
    hub.attach(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    ends.push(() => {
      server.closeAllConnections()
      server.close()
    })
    return (server.address() as AddressInfo).port
  },
}

function makeHub(refused: string[] = []): Hub {
  const log = {
    info() {},
    warn: (_: object, text: string) => refused.push(text),
    error: (_: object, text: string) => refused.push(text),
  }
  // As in production: elsewhere each port of this machine is let in.
  const hub = createHub({ channels: [list], development: false, log })
  hub.on(list, { access: 'public', events: { said: ({ payload, publish }) => publish('said', payload) } })
  ends.push(() => hub.close())
  return hub
}

/** The answer to a GET over TLS, or what it has said as soon as it has said `enough`. */
async function read(url: string, options: RequestOptions = {}, enough?: string) {
  const asking = get(url, { ca: certificate.cert, agent: false, ...options })
  const [response] = await once(asking, 'response')
  let body = ''
  for await (const piece of response.setEncoding('utf8')) {
    body += piece
    if (enough !== undefined && body.includes(enough)) break
  }
  return { status: response.statusCode as number, body }
}

/** How a handshake over TLS ends: `open`, or the status of the refusal. */
async function upgrade(url: string, origin: string): Promise<string> {
  const socket = new WebSocket(url, { ca: certificate.cert, origin })
  const status = await new Promise<string>((resolve, reject) => {
    socket.on('open', () => resolve('open'))
    socket.on('unexpected-response', (_, response) => resolve(String(response.statusCode)))
    socket.on('error', reject)
  })
  socket.on('error', () => {})
  socket.terminate()
  return status
}

describe.each(Object.entries(ways))('%s', (_, serve) => {
  test('I3: a client of the SDK goes live over wss:, publishes and hears', async () => {
    const hub = makeHub()
    const port = await serve(hub)
    class Trusting extends WebSocket {
      constructor(url: string) {
        super(url, { ca: certificate.cert })
      }
    }
    const client = createClient({
      url: `https://localhost:${port}/baro`,
      transport: createWebSocketTransport({ WebSocket: Trusting }),
    })
    ends.push(() => client.close())
    const subscription = client.subscribe(list, list())
    await subscription.publish('said', '안녕')
    expect(subscription.current.state).toEqual(['안녕'])
  })

  test('an event stream and a read go over https:', async () => {
    const hub = makeHub()
    const url = `https://localhost:${await serve(hub)}/baro/channels/list`
    await hub.publish(list(), 'said', 'one')
    expect(await read(`${url}?view=state`)).toEqual({ status: 200, body: '["one"]' })
    const { status, body } = await read(`${url}?live=sse`, {}, 'one')
    expect(status).toBe(200)
    expect(body).toContain('id: ')
  })

  test('a page of its own site is let in by https:, one that anybody on the way can change is not', async () => {
    const refused: string[] = []
    const hub = makeHub(refused)
    const host = `localhost:${await serve(hub)}`
    const [channelUrl, sdkUrl] = [`wss://${host}/baro/channels/list`, `wss://${host}/baro/connect`]
    const reading = (origin: string) => read(`https://${host}/baro/channels/list`, { headers: { origin } })
    expect(await reading(`https://${host}`)).toMatchObject({ status: 200 })
    expect(await upgrade(channelUrl, `https://${host}`)).toBe('open')
    expect(await upgrade(sdkUrl, `https://${host}`)).toBe('open')
    expect(refused).toEqual([])
    for (const origin of [`http://${host}`, 'https://evil.example', 'https://localhost']) {
      const { status, body } = await reading(origin)
      expect([status, JSON.parse(body).error.code]).toEqual([403, 'origin-refused'])
      expect([await upgrade(channelUrl, origin), await upgrade(sdkUrl, origin)]).toEqual(['403', '403'])
    }
  })

  test('what does not speak TLS gets nothing', async () => {
    const port = await serve(makeHub())
    await expect(fetch(`http://127.0.0.1:${port}/baro/channels/list`)).rejects.toThrow()
    await expect(fetch(`https://localhost:${port}/baro/channels/list`)).rejects.toThrow()
  })
})

test('a handshake that does not end is not waited for', async () => {
  const { key, cert } = certificate
  // By default as long as for the head of a request, which no test waits for.
  const listening = await makeHub().listen(0, '127.0.0.1', { key, cert, handshakeTimeout: 50 })
  ends.push(listening.close)
  const silent = connect(listening.port, '127.0.0.1')
  silent.resume()
  await once(silent, 'close')
})

test('a key that is none is an error of hub.listen, and takes no port', async () => {
  const { cert } = certificate
  await expect(makeHub().listen(0, '127.0.0.1', { key: 'none', cert })).rejects.toThrow()
})

test('a page of Chromium finds its hub by itself, and goes live over wss:', async () => {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    ...{ bundle: true, write: false, format: 'esm', conditions: ['baro-source'] },
  })
  const hub = makeHub()
  const { key, cert } = certificate
  const server = createSecureServer({ key, cert }, (request, response) => {
    response.setHeader('content-type', request.url === '/page.js' ? 'text/javascript' : 'text/html')
    response.end(request.url === '/page.js' ? outputFiles[0]?.text : '<script type="module" src="/page.js"></script>')
  })
  hub.attach(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const browser = await launchBrowser()
  ends.push(
    () => server.close(),
    () => server.closeAllConnections(),
    () => browser.close(),
  )
  const page = await browser.newPage({ ignoreHTTPSErrors: true })
  const sockets: string[] = []
  page.on('websocket', (socket) => sockets.push(socket.url()))
  let heard = (_text: string) => {}
  const hears = (text: string) =>
    new Promise<void>((resolve) => {
      heard = (said) => said === text && resolve()
    })
  await page.exposeFunction('hear', (text: string) => heard(text))
  await hub.publish(list(), 'said', 'one')
  const live = hears('["live",["one"]]')
  const host = `localhost:${(server.address() as AddressInfo).port}`
  await page.goto(`https://${host}/`)
  await live
  const later = hears('["live",["one","two"]]')
  await hub.publish(list(), 'said', 'two')
  await later
  expect(sockets).toEqual([`wss://${host}/baro/connect`])
})
