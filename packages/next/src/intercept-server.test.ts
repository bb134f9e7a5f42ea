import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { channel } from '@baro/core'
import { createHub, createMemoryPageStore, type Hub } from '@baro/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { interceptServer } from './intercept-server.ts'

const counter = channel('counter')
let server: Server
let hub: Hub
let answeredByNext: number

beforeEach(async () => {
  hub = newHub()
  answeredByNext = 0
  server = createServer((_request, response) => {
    answeredByNext++
    response.end('next')
  })
  server.listen(0)
  await once(server, 'listening')
})

afterEach(async () => {
  server.close()
  server.closeAllConnections()
  await hub.close()
})

function newHub(): Hub {
  const made = createHub({ channels: [counter] })
  made.on(counter, { access: 'public' })
  return made
}

function port(): number {
  return (server.address() as AddressInfo).port
}

/** Asks for an upgrade; resolves with the status line at the first answer. */
async function upgrade(path: string): Promise<string> {
  const socket = connect(port(), 'localhost')
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  const [answer] = await once(socket, 'data')
  socket.destroy()
  return String(answer).split('\r\n')[0] ?? ''
}

test('requests and upgrades under the path of the hub are its own, all others go on', async () => {
  interceptServer(server, () => hub)
  const health = await fetch(`http://localhost:${port()}/baro/health`)
  expect(await health.json()).toMatchObject({ status: 'ok' })
  expect(answeredByNext).toBe(0)
  expect(await (await fetch(`http://localhost:${port()}/page`)).text()).toBe('next')
  expect(await upgrade('/baro/connect')).toBe('HTTP/1.1 101 Switching Protocols')
})

test('listeners that come later never see an upgrade of the hub', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  interceptServer(server, () => hub)
  const seen: (string | undefined)[] = []
  // What Next does: it ends the sockets of paths that look like its routes, and leaves the others hanging.
  server.on('upgrade', (request, socket) => {
    seen.push(request.url)
    socket.end()
  })
  expect(await upgrade('/baro/connect')).toBe('HTTP/1.1 101 Switching Protocols')
  expect(await upgrade('/nothing')).toBe('HTTP/1.1 404 Not Found')
  expect(seen).toEqual([])
  warn.mockRestore()
})

test('an upgrade of others that is refused is logged once, with the setting that lets it pass', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  interceptServer(server, () => hub)
  expect(await upgrade('/nobody')).toBe('HTTP/1.1 404 Not Found')
  expect(warn).not.toHaveBeenCalled()
  server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 418 Somebody else\r\n\r\n'))
  for (const path of ['/chat', '/chat', '/other']) expect(await upgrade(path)).toBe('HTTP/1.1 404 Not Found')
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/"\/chat".*otherUpgrades: 'pass'/)]])
  warn.mockRestore()
})

test('upgrades of others pass where the application says so', async () => {
  interceptServer(server, () => hub, { passOthers: true })
  const seen: (string | undefined)[] = []
  server.on('upgrade', (request, socket) => {
    seen.push(request.url)
    socket.end('HTTP/1.1 418 Somebody else\r\n\r\n')
  })
  expect(await upgrade('/chat')).toBe('HTTP/1.1 418 Somebody else')
  expect(await upgrade('/baro/connect')).toBe('HTTP/1.1 101 Switching Protocols')
  expect(seen).toEqual(['/chat'])
})

test('a channel that is mounted for WebSockets is the hub’s, at the root too, and the page there is Next’s', async () => {
  interceptServer(server, () => hub)
  hub.serveSockets('/', counter())
  expect(await upgrade('/')).toBe('HTTP/1.1 101 Switching Protocols')
  expect(await upgrade('/elsewhere')).toBe('HTTP/1.1 404 Not Found')
  expect(await (await fetch(`http://localhost:${port()}/`)).text()).toBe('next')
})

test('doing it again changes nothing', async () => {
  interceptServer(server, () => hub)
  const [listeners, emit] = [server.listenerCount('upgrade'), server.emit]
  interceptServer(server, () => hub)
  expect(server.listenerCount('upgrade')).toBe(listeners)
  expect(server.emit).toBe(emit)
})

test('another hub takes the place of the first at the next request', async () => {
  interceptServer(server, () => hub)
  const first = hub
  hub = newHub()
  await first.close()
  expect(await upgrade('/baro/connect')).toBe('HTTP/1.1 101 Switching Protocols')
})

test('with pages in front of Next a route under /api runs once for each who asks, with the socket of that one', async () => {
  const seen: (readonly [string | undefined, boolean])[] = []
  server.prependListener('request', (request) => seen.push([request.url, request.socket.remoteAddress !== undefined]))
  interceptServer(server, () => hub, { pages: { policy: { maxAge: '1h' } } })
  for (const path of ['/api/hub', '/api/hub', '/apiary', '/apiary']) await fetch(`http://localhost:${port()}${path}`)
  expect(seen).toEqual([
    ['/api/hub', true],
    ['/api/hub', true],
    ['/apiary', false],
  ])
})

test('the same below a base path', async () => {
  const seen: (readonly [string | undefined, boolean])[] = []
  server.prependListener('request', (request) => seen.push([request.url, request.socket.remoteAddress !== undefined]))
  interceptServer(server, () => hub, { pages: { policy: { maxAge: '1h' } }, basePath: '/docs' })
  for (const path of ['/docs/api/hub', '/docs/api/hub', '/docs/page', '/docs/page'])
    await fetch(`http://localhost:${port()}${path}`)
  expect(seen).toEqual([
    ['/docs/api/hub', true],
    ['/docs/api/hub', true],
    ['/docs/page', false],
  ])
})

test('what asks Next for a render is no page that is kept in front of it', async () => {
  interceptServer(server, () => hub, { pages: { policy: { maxAge: '1h' } } })
  const read = async (headers = {}) =>
    (await fetch(`http://localhost:${port()}/page`, { headers })).headers.get('cache-status')
  expect(await read()).toBe('Baro; fwd=uri-miss; stored')
  expect(await read()).toMatch(/^Baro; hit/)
  expect(await read({ 'x-prerender-revalidate': 'id' })).toBeNull()
  expect(answeredByNext).toBe(2)
})

test('a page store that does not answer keeps no request from Next', async () => {
  let asked = 0
  const lastMark = () => {
    asked++
    return Promise.reject(new Error('away'))
  }
  await hub.close()
  hub = createHub({ channels: [], pageStore: { ...createMemoryPageStore(), lastMark } })
  interceptServer(server, () => hub)
  const ask = async (path: string) => (await fetch(`http://localhost:${port()}${path}`)).text()
  expect([await ask('/page'), asked]).toEqual(['next', 1])
  // Files of the build are no renders, so it is not asked for them.
  expect([await ask('/_next/static/chunks/a.js'), asked]).toEqual(['next', 1])
})
