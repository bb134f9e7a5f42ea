/** permessage-deflate (RFC 7692) between a hub and clients that are not ours. */
import { once } from 'node:events'
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { closeCodes } from '@baro/core/protocol'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createRoomStage, room } from '../../test/fake-client.ts'
import { frame, NetworkClient, RawClient } from '../../test/network-client.ts'
import { TextSocket } from '../../test/stream-readers.ts'
import type { Framing, Socket } from '../ports/socket.ts'
import { createDeflatedFraming } from '../transports/websocket/deflated-framing.ts'
import { createHub } from './create-hub.ts'
import type { Hub, HubOptions } from './hub.ts'

vi.mock('node:zlib', async (load) => {
  const zlib = await load<typeof import('node:zlib')>()
  return { ...zlib, deflateRawSync: vi.fn(zlib.deflateRawSync), inflateRawSync: vi.fn(zlib.inflateRawSync) }
})

const deflate = vi.mocked(deflateRawSync)
const inflate = vi.mocked(inflateRawSync)
const long = '안녕하세요, 세상. '.repeat(200)
const subscribing = { channel: 'room:1', attempt: 1, version: '1' }
const ends: (() => unknown)[] = []

beforeEach(() => {
  deflate.mockClear()
})

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function serve(options: Partial<HubOptions> = {}) {
  const hub = createHub({ channels: [room], ...options })
  hub.on(room, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })
  const { port, close } = await hub.listen(0, '127.0.0.1')
  ends.push(() => hub.close(), close)
  const url = `ws://127.0.0.1:${port}/baro`
  return { hub, port, url: `${url}/connect`, channelUrl: `${url}/channels/room:1` }
}

const publish = (hub: Hub, text: string) => hub.publish(room({ id: 1 }), 'message', { text })

/** A message as a client compresses it. */
function compressed(text: string | Buffer): Buffer {
  return deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
}

/** A raw client that has agreed on compression; the hub's answer to `baro:connect` has come. */
async function rawSession(port: number) {
  const { raw } = await RawClient.upgrade(
    port,
    '/baro/connect',
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n',
  )
  raw.write(deflatedFrame('{"type":"baro:connect","payload":{"protocol":1,"client":"raw"}}'))
  await raw.until('baro:connected')
  return raw
}

const rsv1 = 0b100

const deflatedFrame = (text: string | Buffer) => frame({ reserved: rsv1, payload: compressed(text) })

describe('compression is agreed', () => {
  const agreed = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'

  test.each<[string, string, HubOptions['compression'], string | undefined]>([
    ['with a client that offers it', 'permessage-deflate', undefined, agreed],
    ['not with one that needs a smaller window', 'permessage-deflate; server_max_window_bits=9', undefined, undefined],
    ['not if the hub says so', 'permessage-deflate', false, undefined],
  ])('%s, and the link opens', async (_, offer, compression, answer) => {
    const { port } = await serve(compression === undefined ? {} : { compression })
    const raw = new RawClient(port)
    raw.write(
      `GET /baro/connect HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Extensions: ${offer}\r\n\r\n`,
    )
    const head = (await raw.until('\r\n\r\n')).toString()
    expect(head).toMatch(/^HTTP\/1.1 101 /)
    expect(/sec-websocket-extensions: (.*)\r\n/i.exec(head)?.[1]).toBe(answer)
  })

  test('and an unmodified client reads what is compressed, beside one that did not offer it', async () => {
    const { hub, url, channelUrl } = await serve()
    const [offering, another] = [await NetworkClient.connect(url), await NetworkClient.connect(url)]
    const plain = await NetworkClient.connect(url, { perMessageDeflate: false })
    const [channel, anotherChannel] = [new TextSocket(channelUrl), new TextSocket(channelUrl)]
    const plainChannel = new TextSocket(channelUrl, { perMessageDeflate: false })
    for (const client of [offering, another, plain]) await client.ask('baro:subscribe', subscribing)
    for (const socket of [channel, anotherChannel, plainChannel]) await socket.next()
    expect([offering, plain, channel].map(({ webSocket }) => webSocket.extensions)).toEqual([
      'permessage-deflate',
      '',
      'permessage-deflate',
    ])
    await publish(hub, long)
    for (const client of [offering, another, plain])
      expect(await client.next()).toMatchObject({ payload: { publications: [{ payload: { text: long } }] } })
    for (const socket of [channel, anotherChannel, plainChannel])
      expect(await socket.message()).toMatchObject({ type: 'message', payload: { text: long } })
    // One in the SDK's dialect, one in the channel's.
    expect(deflate).toHaveBeenCalledTimes(2)
  })

  test('and what a client compresses is read, in one frame, in fragments, and with a last block', async () => {
    const { port } = await serve()
    const raw = await rawSession(port)
    const ask = (channel: string) => `{"type":"baro:unsubscribe","payload":{"channel":"${channel}"}}`
    raw.write(deflatedFrame(ask('whole')))
    const bytes = compressed(ask('pieces'))
    raw.write(frame({ reserved: rsv1, fin: false, payload: bytes.subarray(0, 7) }))
    raw.write(frame({ opcode: 9, payload: 'between' }))
    raw.write(frame({ opcode: 0, fin: false, payload: bytes.subarray(7, 7) }))
    raw.write(frame({ opcode: 0, payload: bytes.subarray(7) }))
    raw.write(frame({ payload: ask('plain') }))
    raw.write(frame({ reserved: rsv1, payload: Buffer.concat([deflateRawSync(ask('last')), Buffer.of(0)]) }))
    const heard = (await raw.until('"last')).toString()
    expect([...heard.matchAll(/"channel":"(\w+)"/g)].map(([, channel]) => channel)).toEqual([
      'whole',
      'pieces',
      'plain',
    ])
  })

  test('and the longest message a client may send is read', async () => {
    const { url } = await serve({ limits: { maxMessageBytes: 5_000 } })
    const client = await NetworkClient.connect(url, { perMessageDeflate: { threshold: 0 } })
    client.webSocket.send(`"${'x'.repeat(4_998)}"`)
    expect(await client.next()).toMatchObject({ type: 'baro:error', payload: { code: 'bad-message' } })
    client.webSocket.send(`"${'x'.repeat(4_999)}"`)
    expect((await client.closed).code).toBe(closeCodes['too-large'])
  })
})

describe('compressed input that is wrong closes, and nobody else notices', () => {
  test.each<[string, () => Buffer, number]>([
    ['a bomb of fifty megabytes', () => deflatedFrame(Buffer.alloc(50 << 20)), closeCodes['too-large']],
    ['what is no deflate', () => frame({ reserved: rsv1, payload: Buffer.alloc(20, 0xff) }), closeCodes['bad-utf8']],
    [
      'what ends too early',
      () => frame({ reserved: rsv1, payload: Buffer.of(0x00, 0x05, 0x00) }),
      closeCodes['bad-utf8'],
    ],
    ['what is no UTF-8 once inflated', () => deflatedFrame(Buffer.of(0x22, 0xc3, 0x28)), closeCodes['bad-utf8']],
    ['a compressed ping', () => frame({ opcode: 9, reserved: rsv1 }), closeCodes['broken-frame']],
    ['a continuation that says it is', () => frame({ opcode: 0, reserved: rsv1 }), closeCodes['broken-frame']],
  ])('%s', async (_, bytes, code) => {
    const { hub, port, url } = await serve()
    const bystander = await NetworkClient.connect(url)
    await bystander.ask('baro:subscribe', subscribing)
    const raw = await rawSession(port)
    raw.write(bytes())
    const heard = await raw.ended
    expect(heard.readUInt16BE(heard.lastIndexOf(0x88) + 2)).toBe(code)
    await publish(hub, long)
    expect(await bystander.next()).toMatchObject({ type: 'baro:publications' })
    expect(hub.counters.sessions).toBe(1)
  })
})

test('a bomb is not inflated beyond the longest message', async () => {
  const { port } = await serve()
  const raw = await rawSession(port)
  inflate.mockClear()
  raw.write(deflatedFrame(Buffer.alloc(50 << 20)))
  await raw.ended
  expect(inflate.mock.results.map(({ type }) => type)).toEqual(['throw'])
})

/** A socket that remembers what was written to it. */
class KeepingSocket implements Socket {
  readonly framing: Framing
  readonly waitingBytes = 0
  written: Uint8Array[] = []

  constructor(framing: Framing) {
    this.framing = framing
  }

  write(pieces: readonly Uint8Array[]): void {
    this.written.push(...pieces)
  }

  close(): void {}
}

describe('is compressed once for a thousand sockets:', () => {
  /** A thousand sessions. `ask` subscribes each, and returns what was written to each of them then. */
  function createThousand(size = 5) {
    const stage = createRoomStage({}, { limits: { catchUpPublications: size } })
    const framing = createDeflatedFraming(1_024)
    const links = Array.from({ length: 1_000 }, (_, index) => {
      const socket = new KeepingSocket(framing)
      const link = stage.hub.connect(socket, { headers: {}, url: '/baro/connect' })
      link.receive(`{"type":"baro:connect","payload":{"protocol":1,"client":"client-${index}"}}`)
      return { socket, link }
    })
    const take = async () => {
      await stage.settle()
      return links.map(({ socket }) => socket.written.splice(0))
    }
    const subscribeAll = async (position?: string) => {
      await take()
      deflate.mockClear()
      links.forEach(({ link }, attempt) => {
        const payload = { ...subscribing, attempt: attempt + 1, ...(position === undefined ? {} : { position }) }
        link.receive(JSON.stringify({ type: 'baro:subscribe', payload }))
      })
      return take()
    }
    return { ...stage, take, subscribeAll }
  }

  test('a publication, which is the same bytes for all', async () => {
    const { publish, subscribeAll, take } = createThousand()
    await subscribeAll()
    deflate.mockClear()
    await publish(long)
    const written = await take()
    expect(deflate).toHaveBeenCalledTimes(1)
    const [[first] = []] = written
    expect(first?.[0]).toBe(0xc1)
    for (const [only, ...rest] of written) {
      expect(only).toBe(first)
      expect(rest).toEqual([])
    }
  })

  test('the snapshot of a reset', async () => {
    const { publish, subscribeAll } = createThousand()
    await publish(long)
    const written = await subscribeAll()
    expect(deflate).toHaveBeenCalledTimes(1)
    expect(new Set(written.map(([only]) => only?.[0]))).toEqual(new Set([0xc1]))
  })

  test('what a recovery brings, and what follows while readers catch up', async () => {
    const { publish, subscribeAll } = createThousand(2)
    const position = await publish('before')
    await publish(long, long, long)
    const written = await subscribeAll(position)
    // Two publications in the answer, and one in the message after it.
    expect(deflate).toHaveBeenCalledTimes(2)
    expect(new Set(written.map((bytes) => Buffer.concat(bytes).length)).size).toBeLessThan(5)
  })
})

test('answers with what is shared are read by an unmodified client: recovered, and reset with a snapshot', async () => {
  const { hub, url } = await serve()
  const client = await NetworkClient.connect(url)
  const { position } = await publish(hub, 'first')
  await publish(hub, long)
  expect(await client.ask('baro:subscribe', { ...subscribing, position })).toMatchObject({
    type: 'baro:recovered',
    payload: { channel: 'room:1', attempt: 1, follows: position, publications: [{ payload: { text: long } }] },
  })
  expect(await client.ask('baro:subscribe', { ...subscribing, attempt: 2 })).toMatchObject({
    type: 'baro:reset',
    payload: { channel: 'room:1', attempt: 2, reason: 'none', snapshot: ['first', long] },
  })
  expect(deflate).toHaveBeenCalledTimes(2)
  client.webSocket.ping('still there?')
  expect(String((await once(client.webSocket, 'pong'))[0])).toBe('still there?')
})
