import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createPlainServer, type IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { BaroError } from '@baro/core'
import { closeCodes } from '@baro/core/protocol'
import { createFakeClock } from '@baro/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { RecordedLog, room } from '../../../test/fake-client.ts'
import { frame, NetworkClient, RawClient } from '../../../test/network-client.ts'
import { createHub } from '../../hub/create-hub.ts'
import type { HubOptions } from '../../hub/hub.ts'
import { nodeClock } from '../../system/node-clock.ts'
import { FairTurns } from '../http/fair-turns.ts'
import { createWebSocketTransport } from './websocket.ts'

const subscribing = { channel: 'room:1', attempt: 1, version: '1' }
const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function serve(options: Partial<HubOptions> = {}) {
  const log = new RecordedLog()
  const hub = createHub({ channels: [room], log, ...options })
  hub.on(room, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })
  const { port, close } = await hub.listen(0, '127.0.0.1')
  ends.push(() => hub.close(), close)
  const url = `ws://127.0.0.1:${port}/baro/connect`
  return { hub, log, port, url, connect: () => NetworkClient.connect(url) }
}

/** A raw client on an open WebSocket; the hub's answer to `baro:connect` has come. */
async function rawSession(port: number) {
  const { raw } = await RawClient.upgrade(port, '/baro/connect')
  raw.write(frame({ payload: '{"type":"baro:connect","payload":{"protocol":1,"client":"raw"}}' }))
  await raw.until('baro:connected')
  return raw
}

/** The close code in the last frame that came: an unmasked close frame with at least a code. */
function closeCodeIn(bytes: Buffer): number {
  for (let at = bytes.length - 4; at >= 0; at--)
    if (bytes[at] === 0x88 && bytes.length - at === 2 + (bytes[at + 1] ?? 0)) return bytes.readUInt16BE(at + 2)
  throw new Error(`No close frame in ${bytes.toString('hex')}`)
}

describe('a WebSocket', () => {
  test('carries a publication from one client to another, text of any language whole', async () => {
    const { connect } = await serve()
    const [sender, reader] = [await connect(), await connect()]
    expect(await reader.ask('baro:subscribe', subscribing)).toMatchObject({ type: 'baro:reset' })
    sender.send('baro:publish', { id: 'a', channel: 'room:1', type: 'message', payload: { text: '안녕, 세상 👋' } })
    expect(await reader.next()).toMatchObject({
      type: 'baro:publications',
      payload: { publications: [{ id: 'a', payload: { text: '안녕, 세상 👋' } }] },
    })
    expect(await sender.next()).toMatchObject({ type: 'baro:published', payload: { id: 'a' } })
  })

  test.each([0, 100, 200, 70_000])('frames %i characters as RFC 6455 wants them', async (length) => {
    const { connect, hub } = await serve()
    const reader = await connect()
    await reader.ask('baro:subscribe', subscribing)
    await hub.publish(room({ id: 1 }), 'message', { text: 'x'.repeat(length) })
    expect(await reader.next()).toMatchObject({
      payload: { publications: [{ payload: { text: 'x'.repeat(length) } }] },
    })
  })

  test('takes a message in fragments, with a ping between them', async () => {
    const { port } = await serve()
    const raw = await rawSession(port)
    const text = '{"type":"baro:unsubscribe","payload":{"channel":"in pieces"}}'
    raw.write(frame({ fin: false, payload: text.slice(0, 20) }))
    raw.write(frame({ opcode: 9, payload: 'still there?' }))
    raw.write(frame({ opcode: 0, fin: false, payload: text.slice(20, 30) }))
    raw.write(frame({ opcode: 0, payload: text.slice(30) }))
    await raw.until(frame({ opcode: 10, masked: false, payload: 'still there?' }))
    expect((await raw.until('in pieces')).toString()).toContain('not-subscribed')
  })

  test('takes a message byte by byte', async () => {
    const { port } = await serve()
    const raw = await rawSession(port)
    raw.socket.setNoDelay(true)
    for (const byte of frame({ payload: '{"type":"baro:unsubscribe","payload":{"channel":"slowly"}}' }))
      raw.write(Uint8Array.of(byte))
    expect((await raw.until('slowly')).toString()).toContain('not-subscribed')
  })

  test('answers a ping with a pong', async () => {
    const { connect } = await serve()
    const client = await connect()
    client.webSocket.ping('hello')
    const [data] = await once(client.webSocket, 'pong')
    expect(String(data)).toBe('hello')
  })

  test('that the client closes ends its session, with the code said back', async () => {
    const { connect, hub } = await serve()
    const ended = new Promise<void>((resolve) => hub.on('disconnected', () => resolve()))
    const client = await connect()
    client.webSocket.close(closeCodes.normal)
    expect((await client.closed).code).toBe(closeCodes.normal)
    await ended
    expect(hub.counters.sessions).toBe(0)
  })

  test('that is cut without a word ends its session', async () => {
    const { connect, hub } = await serve()
    const ended = new Promise<void>((resolve) => hub.on('disconnected', () => resolve()))
    const client = await connect()
    client.webSocket.terminate()
    await ended
    expect(hub.counters.sessions).toBe(0)
  })

  test('that is half open is found: nothing is heard for three intervals, close 4002', async () => {
    const { port, hub } = await serve({ heartbeatIntervalMs: 20 })
    const raw = await rawSession(port)
    await raw.until('baro:heartbeat')
    await raw.until(Buffer.from([0x0f, 0xa2]))
    expect(hub.counters.sessions).toBe(0)
  })

  test('a drain is announced, and closed with 4000', async () => {
    const { connect, hub } = await serve()
    const client = await connect()
    const drained = hub.drain({ spreadMs: 0 })
    expect(await client.next()).toEqual({ type: 'baro:drain', payload: { reconnectInMs: 0 } })
    expect(await client.closed).toMatchObject({ code: closeCodes.drain })
    await drained
  })

  test('a long reason is cut at a character, to what a close frame holds', async () => {
    const auth = () => {
      throw new BaroError('unauthenticated', '안'.repeat(100))
    }
    const { url } = await serve({ auth })
    const client = new NetworkClient(url)
    await once(client.webSocket, 'open')
    expect(await client.ask('baro:connect', { protocol: 1, client: 'a' })).toMatchObject({ type: 'baro:error' })
    const { code, reason } = await client.closed
    expect(code).toBe(closeCodes.unauthenticated)
    expect(reason).toBe('안'.repeat(41))
  })
})

describe('bad messages are answered, and the connection stays', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['no JSON', '{"type":', 'bad-message'],
    ['an unknown message', '{"type":"baro:nonsense","payload":{}}', 'unknown-message'],
    ['__proto__', '{"type":"baro:unsubscribe","payload":{"__proto__":{},"channel":"a"}}', 'bad-message'],
    [
      'a binary message that is no frame',
      Buffer.from('{"type":"baro:unsubscribe","payload":{"channel":"a"}}'),
      'bad-message',
    ],
    ['an empty binary message', Buffer.alloc(0), 'bad-message'],
    ['a binary message with a header of four gigabytes', Buffer.from('ffffffff7b7d', 'hex'), 'bad-message'],
    ['a binary message that is no message of ours', Buffer.from('000000027b7d', 'hex'), 'bad-message'],
    ['the longest message', `"${'x'.repeat(65_534)}"`, 'bad-message'],
  ])('%s', async (_, message, code) => {
    const { connect, hub } = await serve()
    const [client, bystander] = [await connect(), await connect()]
    client.webSocket.send(message)
    expect(await client.next()).toMatchObject({ type: 'baro:error', payload: { code } })
    expect(await client.ask('baro:subscribe', subscribing)).toMatchObject({ type: 'baro:reset' })
    await bystander.ask('baro:subscribe', subscribing)
    expect(bystander.unread).toBe(0)
    expect(hub.counters.sessions).toBe(2)
  })
})

describe('broken frames close with the code of RFC 6455, and nobody else notices', () => {
  test.each<[string, Buffer, number]>([
    ['an unmasked frame', frame({ masked: false, payload: '{}' }), closeCodes['broken-frame']],
    ['a reserved bit', frame({ reserved: 0b100, payload: '{}' }), closeCodes['broken-frame']],
    ['an unknown opcode', frame({ opcode: 3, payload: '{}' }), closeCodes['broken-frame']],
    ['a continuation of nothing', frame({ opcode: 0, payload: '{}' }), closeCodes['broken-frame']],
    [
      'a message within the fragments of another',
      Buffer.concat([frame({ fin: false, payload: '{' }), frame({ payload: '{}' })]),
      closeCodes['broken-frame'],
    ],
    ['a ping in fragments', frame({ opcode: 9, fin: false }), closeCodes['broken-frame']],
    ['a ping that is too long', frame({ opcode: 9, payload: 'x'.repeat(126) }), closeCodes['broken-frame']],
    ['a close without a whole code', frame({ opcode: 8, payload: 'x' }), closeCodes['broken-frame']],
    ['bad UTF-8', frame({ payload: Buffer.from([0x22, 0xc3, 0x28, 0x22]) }), closeCodes['bad-utf8']],
    ['half a surrogate', frame({ payload: Buffer.from([0xed, 0xa0, 0x80]) }), closeCodes['bad-utf8']],
    ['a message that is too long', frame({ payload: 'x'.repeat(1_001) }), closeCodes['too-large']],
  ])('%s', async (_, bytes, code) => {
    const { connect, hub, port } = await serve({ limits: { maxMessageBytes: 1_000 } })
    const bystander = await connect()
    await bystander.ask('baro:subscribe', subscribing)
    const raw = await rawSession(port)
    raw.write(bytes)
    expect(closeCodeIn(await raw.ended)).toBe(code)
    await hub.publish(room({ id: 1 }), 'message', { text: 'on we go' })
    expect(await bystander.next()).toMatchObject({ type: 'baro:publications' })
  })

  test('a message within the fragments of another, which were read before it came', async () => {
    const { hub, port } = await serve()
    const raw = await rawSession(port)
    raw.write(Buffer.concat([frame({ fin: false, payload: '{' }), frame({ opcode: 9, payload: 'read' })]))
    await raw.until('read')
    raw.write(frame({ payload: '{}' }))
    expect(closeCodeIn(await raw.ended)).toBe(closeCodes['broken-frame'])
    expect(hub.counters.published).toBe(0)
  })

  test('what follows a close frame, or a broken one, counts for nothing', async () => {
    for (const end of [frame({ opcode: 8 }), frame({ opcode: 3 })]) {
      const { hub, port } = await serve()
      const raw = await rawSession(port)
      const payload = { channel: 'room:1', id: 'a', type: 'message', payload: { text: 'too late' } }
      const publish = (id: string) =>
        frame({ payload: JSON.stringify({ type: 'baro:publish', payload: { ...payload, id } }) })
      raw.write(Buffer.concat([publish('before'), end, publish('after')]))
      await raw.ended
      expect(hub.counters.published).toBe(1)
    }
  })

  test('a message that gets too long in fragments', async () => {
    const { port } = await serve({ limits: { maxMessageBytes: 1_000 } })
    const raw = await rawSession(port)
    raw.write(frame({ fin: false, payload: 'x'.repeat(600) }))
    raw.write(frame({ opcode: 0, payload: 'x'.repeat(600) }))
    expect(closeCodeIn(await raw.ended)).toBe(closeCodes['too-large'])
  })
})

describe('I7: a client that does not read', () => {
  test('is cut, holds up nobody, and has everything in order once it reads again', async () => {
    const { connect, hub } = await serve({ compression: false, limits: { maxOutboxBytes: 100_000 } })
    const [slow, quick] = [await connect(), await connect()]
    for (const client of [slow, quick]) await client.ask('baro:subscribe', subscribing)
    slow.webSocket.pause()
    let published = 0
    while (hub.counters.slow === 0 && published < 2_000) {
      await hub.publish(room({ id: 1 }), 'message', { text: `${++published} ${'x'.repeat(20_000)}` })
      await quick.next()
    }
    expect(hub.counters.slow).toBe(1)
    slow.webSocket.resume()
    const { position } = await hub.snapshot(room({ id: 1 }))
    for (;;) {
      const { payload } = (await slow.next()) as { payload: { position: string } }
      if (payload.position === position) break
    }
  })

  test('has everything in order, however little may wait for it', async () => {
    const { connect, hub } = await serve({ limits: { maxOutboxBytes: 1 } })
    const client = await connect()
    await client.ask('baro:subscribe', subscribing)
    for (const text of ['a', 'b', 'c']) await hub.publish(room({ id: 1 }), 'message', { text })
    const texts: string[] = []
    while (texts.length < 3) {
      const { payload } = (await client.next()) as never as {
        payload: { publications: { payload: { text: string } }[] }
      }
      texts.push(...payload.publications.map((publication) => publication.payload.text))
    }
    expect(texts).toEqual(['a', 'b', 'c'])
  })
})

describe('an upgrade', () => {
  test('from an origin that is not allowed is refused with 403, and logged with the setting', async () => {
    const { hub, log, port } = await serve()
    const { raw, status } = await RawClient.upgrade(port, '/baro/connect', 'Origin: https://evil.example\r\n')
    expect(status).toBe('HTTP/1.1 403 Forbidden')
    await raw.ended
    expect(log.warnings).toEqual([expect.stringContaining('origins: ["https://evil.example"]')])
    expect(hub.counters.rejected).toBe(1)
  })

  test.each([
    ['its own origin', (port: number) => `http://127.0.0.1:${port}`, {}],
    ['a listed origin', () => 'https://shop.example', { origins: ['https://shop.example'] }],
    ['another port of this machine, in development', () => 'http://localhost:5173', { development: true }],
  ])('from %s is taken', async (_, origin, options) => {
    const { port } = await serve(options)
    const { status } = await RawClient.upgrade(port, '/baro/connect', `Origin: ${origin(port)}\r\n`)
    expect(status).toBe('HTTP/1.1 101 Switching Protocols')
  })

  test.each(['x', 'graphql-ws, baro', 'baro'])(
    'that asks for a subprotocol (%s) is promised none, and logged once with what to write',
    async (asked) => {
      const { log, port } = await serve()
      for (const path of ['/baro/connect', '/baro/channels/room:1', '/baro/connect']) {
        const raw = new RawClient(port)
        raw.write(
          `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\nSec-WebSocket-Protocol: ${asked}\r\n\r\n`,
        )
        const head = (await raw.until('\r\n\r\n')).toString()
        expect(head).toMatch(/^HTTP\/1\.1 101 /)
        expect(head).not.toMatch(/sec-websocket-protocol/i)
        raw.socket.destroy()
      }
      expect(log.warnings).toEqual([expect.stringMatching(/subprotocol .*new WebSocket\(url\) alone\.$/)])
      expect(log.warnings[0]).toContain(JSON.stringify(asked.split(', ').join(', ')))
    },
  )

  test('by a client that insists on its subprotocol fails there', async () => {
    const { port } = await serve()
    const insisting = new WebSocket(`ws://127.0.0.1:${port}/baro/connect`, 'x')
    const [error] = (await once(insisting, 'error')) as [Error]
    expect(error.message).toBe('Server sent no subprotocol')
  })

  test('from another port of this machine is refused in production', async () => {
    const { port } = await serve({ development: false })
    const { status } = await RawClient.upgrade(port, '/baro/connect', 'Origin: http://localhost:5173\r\n')
    expect(status).toBe('HTTP/1.1 403 Forbidden')
  })

  test.each([
    '/baro',
    '/baro/',
    '/baro/nothing',
    '/baro/connect/more',
    '/baro/channels/lobby',
    // Nobody's, as long as the hub alone takes upgrades.
    '/',
    '/barometer',
    '/other?path=/baro/connect',
  ])('to %s is answered with 404, and hangs no socket', async (path) => {
    const { port } = await serve()
    const { raw, status } = await RawClient.upgrade(port, path)
    expect(status).toBe('HTTP/1.1 404 Not Found')
    await raw.ended
  })

  test('to a node that stops is answered with 503', async () => {
    const { hub, port } = await serve()
    await hub.drain()
    const { raw, status } = await RawClient.upgrade(port, '/baro/connect')
    expect(status).toBe('HTTP/1.1 503 Service Unavailable')
    await raw.ended
  })

  test('that is no handshake of WebSocket is refused', async () => {
    const { port } = await serve()
    const raw = new RawClient(port)
    raw.write(`GET /baro/connect HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
    expect((await raw.ended).toString()).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('that is gone before it is answered hurts nobody', async () => {
    const { connect, port } = await serve()
    const raw = new RawClient(port)
    raw.write('GET /baro/connect HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    raw.socket.resetAndDestroy()
    await raw.ended
    expect(await (await connect()).ask('baro:subscribe', subscribing)).toMatchObject({ type: 'baro:reset' })
  })

  test('with its first message right behind it loses nothing', async () => {
    const { port } = await serve()
    const raw = new RawClient(port)
    const head = `GET /baro/connect HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`
    const hello = frame({ payload: '{"type":"baro:connect","payload":{"protocol":1,"client":"raw"}}' })
    raw.write(Buffer.concat([Buffer.from(head), hello]))
    expect((await raw.until('baro:connected')).toString()).toMatch(/^HTTP\/1\.1 101 /)
  })
})

test('a server that ends idle connections ends no WebSocket', async () => {
  const server = createPlainServer()
  server.timeout = 60_000
  const hub = createHub({ channels: [room], log: new RecordedLog() })
  hub.on(room, { access: 'public' })
  hub.attach(server)
  const accepted = once(server, 'connection')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = await NetworkClient.connect(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/baro/connect`)
  ends.push(
    () => hub.close(),
    () => new Promise((resolve) => server.close(resolve)),
    () => client.webSocket.terminate(),
  )
  const [connection] = (await accepted) as [Socket]
  expect(connection.timeout).toBe(0)
})

describe('I7: who closes', () => {
  test('and never hears of it is cut off after 30 seconds', async () => {
    const clock = createFakeClock()
    const { hub, port } = await serve({ clock })
    const { raw } = await RawClient.upgrade(port, '/baro/connect')
    const drained = hub.drain({ spreadMs: 0, timeoutMs: 60_000 })
    await raw.until(Buffer.from([closeCodes.drain >> 8, closeCodes.drain & 255]))
    clock.advance(29_000)
    expect(raw.socket.destroyed).toBe(false)
    clock.advance(1_000)
    await drained
    await raw.ended
  })
})

test('I7: a client that pings and does not read is answered with the newest ping, once there is room', async () => {
  const written: Buffer[] = []
  const leave: (() => void)[] = []
  const stream = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      written.push(chunk)
      leave.push(done)
    },
  })
  // Nothing takes time: on a busy machine a ping would wait for another turn, and come after the first was answered.
  const turns = new FairTurns({ ...nodeClock, elapsed: () => 0 }, Number.POSITIVE_INFINITY)
  const log = new RecordedLog()
  const { upgrade } = createWebSocketTransport({
    clock: nodeClock,
    turns,
    log,
    maxMessageBytes: 9,
    compressFromBytes: 9,
  })
  const headers = {
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  const request = { headers } as unknown as IncomingMessage
  upgrade({ request, stream, head: Buffer.alloc(0), handshake: { headers, url: '/' } }, () => ({
    ...{ spend: () => 0, receive() {}, refuse() {}, drained() {}, closed() {} },
  }))
  for (const payload of ['1', '2', '3']) stream.push(frame({ opcode: 9, payload }))
  await new Promise((resolve) => setImmediate(resolve))
  while (leave.length > 0) {
    leave.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const [answer, ...others] = written
  expect(String(answer)).toMatch(/^HTTP\/1\.1 101 /)
  expect(Buffer.concat(others)).toEqual(Buffer.from('8a0133', 'hex'))
})

test('wss: works like ws:, over an HTTPS server of the application', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'baro-'))
  ends.push(() => rmSync(folder, { recursive: true }))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      '/CN=localhost',
    ].concat(['-keyout', key, '-out', cert, '-days', '2']),
    { stdio: 'ignore' },
  )
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) })
  const hub = createHub({ channels: [room], log: new RecordedLog() })
  hub.on(room, { access: 'public' })
  hub.attach(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `wss://127.0.0.1:${(server.address() as AddressInfo).port}/baro/connect`
  const client = await NetworkClient.connect(url, {
    rejectUnauthorized: false,
    origin: url.replace(/^wss:(.*)\/baro.*/, 'https:$1'),
  })
  ends.push(
    () => hub.close(),
    () => new Promise((resolve) => server.close(resolve)),
    () => client.webSocket.terminate(),
  )
  await client.ask('baro:subscribe', subscribing)
  await hub.publish(room({ id: 1 }), 'message', { text: 'x'.repeat(100_000) })
  expect(await client.next()).toMatchObject({ payload: { publications: [{ payload: { text: 'x'.repeat(100_000) } }] } })
})
