import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { RecordedLog, room } from '../../test/fake-client.ts'
import { NetworkClient } from '../../test/network-client.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'
import { createHub } from './create-hub.ts'
import type { Hub, HubOptions } from './hub.ts'

const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function makeHub(options: Record<string, unknown> = {}): Hub {
  const hub = createHub({ channels: [room], log: new RecordedLog(), ...options } as HubOptions)
  ends.push(() => hub.close())
  return hub
}

const badDefinition = expect.objectContaining({ code: 'bad-definition' })

describe('an option of createHub', () => {
  test.each<[Record<string, unknown>, string]>([
    [{ orgins: [] }, 'there is no option "orgins". Did you mean "origins"?'],
    [{ channels: undefined }, '"channels" is missing'],
    [{ channels: room }, '"channels" is '],
    [{ channels: ['room:{id}'] }, '"channels" is a list. Give a list of what channel() returned'],
    [{ broker: {} }, '"broker" is an object. Give an object with append()'],
    [{ auth: 'jwt' }, '"auth" is "jwt". Give a function'],
    [{ origins: 'https://shop.example' }, '"origins" is "https://shop.example". Give a list'],
    [{ origins: ['shop.example'] }, 'Did you mean "https://shop.example"?'],
    [{ trustProxy: true }, '"trustProxy" is true. Give how many proxies'],
    [{ trustProxy: 'loopback' }, '"trustProxy" is "loopback". Give how many proxies'],
    [{ trustProxy: -1 }, '"trustProxy" is -1'],
    [{ trustProxy: 1.5 }, '"trustProxy" is 1.5'],
    [{ development: 'yes' }, '"development" is "yes". Give true or false'],
    [{ path: 5 }, '"path" is 5. Give a text'],
    [{ path: '/baro?x=1' }, '"path" is "/baro?x=1"'],
    [{ compression: true }, '"compression" is true. Give false, or { thresholdBytes }'],
    [{ compression: { threshold: 5 } }, 'Did you mean "thresholdBytes"?'],
    [{ compression: { thresholdBytes: -1 } }, '"compression.thresholdBytes" is -1'],
    [{ limits: { maxMessageByte: 5 } }, 'Did you mean "maxMessageBytes"?'],
    [{ limits: { maxMessageBytes: Number.NaN } }, '"limits.maxMessageBytes" is NaN'],
    [{ limits: { messagesPerSecond: 0 } }, '"limits.messagesPerSecond" is 0'],
    [{ limits: { bodyTimeoutMs: Number.POSITIVE_INFINITY } }, '"limits.bodyTimeoutMs" is Infinity'],
    [{ heartbeatIntervalMs: 0 }, '"heartbeatIntervalMs" is 0'],
    [{ heartbeatIntervalMs: '25s' }, '"heartbeatIntervalMs" is "25s". Give milliseconds'],
    [{ heartbeatIntervalMs: 1e12 }, '"heartbeatIntervalMs" is 1000000000000'],
    [{ publishWindowMs: -5 }, '"publishWindowMs" is -5'],
    [{ log: {} }, '"log" is an object. Give an object with info(), warn(), error()'],
    [{ clock: Date }, '"clock" is '],
    [{ randomness: Math.random }, '"randomness" is '],
  ])('%j is refused at once, and the message says what to give', (options, message) => {
    expect(() => makeHub(options)).toThrow(message)
    expect(() => makeHub(options)).toThrow(badDefinition)
  })

  test('that is undefined is as one that is left out, also within another', async () => {
    const hub = makeHub({ path: undefined, limits: { maxMessageBytes: undefined } })
    hub.on(room, { access: 'public' })
    expect(hub.path).toBe('/baro')
    const { port, close } = await hub.listen(0, '127.0.0.1')
    ends.push(close)
    const long = { method: 'POST', body: 'x'.repeat(70_000) }
    expect((await fetch(`http://127.0.0.1:${port}/baro/channels/room:1`, long)).status).toBe(413)
  })

  test.each(['/바로', '/my live', 'baro/', '/'])('path %j is served where a browser asks for it', async (path) => {
    const hub = makeHub({ path })
    hub.on(room, { access: 'public' })
    const { port, close } = await hub.listen(0, '127.0.0.1')
    ends.push(close)
    const base = `127.0.0.1:${port}/${path.replace(/^\/|\/$/g, '')}`.replace(/\/$/, '')
    expect((await fetch(`http://${base}/health`)).status).toBe(200)
    expect((await fetch(`http://${base}/channels/room:1`)).status).toBe(200)
    const client = new NetworkClient(`ws://${base}/connect`)
    await once(client.webSocket, 'open')
  })
})

describe('an option of another door', () => {
  test.each<[string, (hub: Hub) => unknown, string]>([
    ['a view that is none', (hub) => hub.serve(room({ id: 1 }), { view: 'states' as 'state' }), '"view" is "states"'],
    ['a negative wait', (hub) => hub.serve(room({ id: 1 }), { waitMs: -1 }), '"waitMs" is -1'],
    ['a stream of another kind', (hub) => hub.serve(room({ id: 1 }), { live: 'ws' as 'sse' }), '"live" is "ws"'],
    ['a wait of another name', (hub) => hub.serve(room({ id: 1 }), { wait: 5 } as object), 'Did you mean "waitMs"?'],
    ['handlers of another name', (hub) => hub.on(room, { access: 'public', event: {} } as never), '"events"?'],
    ['a hook that is none', (hub) => hub.on(room, { access: 'public', joined: 5 } as never), '"joined" is 5'],
    ['a broker of no room', () => createMemoryBroker({ maxBytes: Number.NaN }), '"maxBytes" is NaN'],
    ['a broker of claims', () => createMemoryBroker({ claimLimits: { perUser: 0 } }), '"claimLimits.perUser" is 0'],
    ['a broker of a negative time', () => createMemoryBroker({ idleTtlMs: -1 }), '"idleTtlMs" is -1'],
  ])('%s is refused at once', (_, run, message) => {
    expect(() => run(makeHub())).toThrow(message)
    expect(() => run(makeHub())).toThrow(badDefinition)
  })

  test.each([
    [{ spread: 5 }, 'Did you mean "spreadMs"?'],
    [{ spreadMs: Number.NaN }, '"spreadMs" is NaN'],
    [{ timeoutMs: -1 }, '"timeoutMs" is -1'],
  ])('a drain with %j rejects, and goes on serving', async (options, message) => {
    const hub = makeHub()
    await expect(hub.drain(options as object)).rejects.toThrow(message)
    hub.on(room, { access: 'public' })
    expect(() => hub.open()).not.toThrow()
  })

  test('may be without a bound where that makes sense', async () => {
    const broker = createMemoryBroker({ idleTtlMs: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY })
    await broker.close()
  })
})
