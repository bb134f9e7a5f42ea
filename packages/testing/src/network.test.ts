import type { LinkEvents } from '@baro/client'
import { type ClientMessage, encodeMessage, type ServerMessage } from '@baro/core/protocol'
import type { SessionLink, Socket } from '@baro/server/parts'
import { describe, expect, test } from 'vitest'
import { createFakeClock } from './fake-clock.ts'
import { createNetwork, type NetworkLink } from './network.ts'
import { createSeededRandomness } from './seeded-randomness.ts'

interface End {
  readonly received: string[]
  closed: string | undefined
}

function setUp() {
  const clock = createFakeClock()
  const network = createNetwork({ clock, randomness: createSeededRandomness(1), closeTimeoutMs: 5_000 })
  const hub: End & { sockets: Socket[]; drained: number } = { received: [], closed: undefined, sockets: [], drained: 0 }
  network.listen('node', {
    connect(socket): SessionLink {
      hub.sockets.push(socket)
      return {
        spend: () => 0,
        receive: (data) => hub.received.push(wordsIn(JSON.parse(String(data)))),
        refuse: () => {},
        drained: () => hub.drained++,
        closed: () => {
          hub.closed = hub.closed === undefined ? 'closed' : 'closed twice'
        },
      }
    },
  })
  const client: End & { isOpen: boolean } = { received: [], closed: undefined, isOpen: false }
  const events: LinkEvents = {
    opened: () => {
      client.isOpen = true
    },
    received: (message) => client.received.push(wordsIn(message)),
    closed: (code, reason) => {
      client.closed = client.closed === undefined ? `${code} ${reason}` : 'closed twice'
    },
  }
  const link = network.transport('client').open('/baro', events)
  clock.advance(100)
  const wire = network.links[0] as NetworkLink
  const socket = hub.sockets[0] as Socket
  const say = (...texts: string[]) =>
    socket.write(texts.map((text) => socket.framing.frame(encodeMessage(message(text)))))
  return { clock, network, hub, client, link, wire, socket, say }
}

/** A message that travels in both directions and carries a few words. */
const message = (words: string): ServerMessage & ClientMessage =>
  ({ type: 'baro:heartbeat', payload: { words } }) as ServerMessage & ClientMessage
const wordsIn = ({ payload }: { readonly payload: object }) => (payload as { readonly words: string }).words

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`)

describe('in-memory network', () => {
  test('messages arrive whole, in order, in both directions, and not at once', () => {
    const { clock, hub, client, link, say } = setUp()
    expect(client.isOpen).toBe(true)
    for (const text of numbers(1, 50)) link.send(message(text))
    say(...numbers(1, 25))
    say(...numbers(26, 50))
    expect([hub.received, client.received]).toEqual([[], []])
    clock.advance(100)
    expect(hub.received).toEqual(numbers(1, 50))
    expect(client.received).toEqual(numbers(1, 50))
  })

  test('bytes arrive as bytes, in both directions', () => {
    const { clock, network } = setUp()
    const told: unknown[] = []
    network.listen('other', {
      connect: (socket) => ({
        spend: () => 0,
        receive: (data) => socket.write([socket.framing.frame(String(data))]),
        refuse: () => {},
        drained: () => {},
        closed: () => {},
      }),
    })
    network.crash('node')
    const events = { opened: () => {}, received: (echo: unknown) => told.push(echo), closed: () => {} }
    const link = network.transport('client').open('/baro', events)
    clock.advance(100)
    const signal = { channel: 'room', type: 'glance', payload: Uint8Array.of(0, 10, 255) }
    link.send({ type: 'baro:signal', payload: signal })
    clock.advance(100)
    expect(told).toStrictEqual([{ type: 'baro:signal', payload: signal }])
  })

  test('a goodbye comes after what was sent before it, and both sides learn of the end once', () => {
    const { clock, hub, client, socket, say, network } = setUp()
    say('last words')
    socket.close(4000, 'drain')
    say('too late')
    clock.advance(200)
    expect(client).toMatchObject({ received: ['last words'], closed: '4000 drain' })
    expect(hub.closed).toBe('closed')
    expect(network.links).toEqual([])
  })

  test('a client that says goodbye hears nothing more', () => {
    const { clock, hub, client, link, say, network } = setUp()
    say('on the way')
    link.send(message('before'))
    link.close()
    link.send(message('after'))
    clock.advance(200)
    expect(client).toMatchObject({ received: [], closed: undefined })
    expect(hub).toMatchObject({ received: ['before'], closed: 'closed' })
    expect(network.links).toEqual([])
  })

  test('a broken link is known to the sides named, and nothing arrives any longer', () => {
    for (const sides of [['client'], ['hub'], ['client', 'hub']] as const) {
      const { clock, hub, client, link, wire, say } = setUp()
      say('lost')
      link.send(message('lost'))
      wire.breakFor(sides)
      clock.advance(10_000)
      expect([client.received, hub.received]).toEqual([[], []])
      expect(client.closed).toBe((sides as readonly string[]).includes('client') ? '1006 ' : undefined)
      expect(hub.closed).toBe((sides as readonly string[]).includes('hub') ? 'closed' : undefined)
    }
  })

  test('half-open: one direction goes on', () => {
    const { clock, hub, client, link, wire, say } = setUp()
    wire.silence(['to-client'])
    say('lost')
    link.send(message('heard'))
    clock.advance(100)
    expect([client.received, hub.received]).toEqual([[], ['heard']])
    expect([client.closed, hub.closed]).toEqual([undefined, undefined])
  })

  test('a hub whose goodbye is not answered ends the link after a time', () => {
    const { clock, hub, wire, socket } = setUp()
    wire.silence(['to-client', 'to-hub'])
    socket.close(4002, 'silent')
    clock.advance(4_999)
    expect(hub.closed).toBeUndefined()
    clock.advance(1)
    expect(hub.closed).toBe('closed')
  })

  test.each([
    ['lose', ['1', '3']],
    ['duplicate', ['1', '2', '2', '3']],
  ] as const)('%s: it happens to the next message and to no other', (fault, expected) => {
    const { clock, client, wire, say, network } = setUp()
    say('1')
    wire.plan(fault, 'to-client')
    expect(network.faults[fault]).toBe(0)
    say('2')
    say('3')
    clock.advance(1_000)
    expect(client.received).toEqual(expected)
    expect(network.faults[fault]).toBe(1)
    expect(wire.isDamaged).toBe(true)
  })

  test('reorder: what is sent after the message may be there before it', () => {
    const { clock, client, wire, say } = setUp()
    wire.plan('reorder', 'to-client')
    say(...numbers(1, 3))
    clock.advance(1_000)
    expect([...client.received].sort()).toEqual(numbers(1, 3))
    expect(client.received).not.toEqual(numbers(1, 3))
  })

  test('a partition holds what is sent, and lets it through in a burst, in order', () => {
    const { clock, network, hub, client, link, say } = setUp()
    network.part('client', 'node')
    link.send(message('1'))
    say('1', '2')
    clock.advance(1_000)
    expect([client.received, hub.received]).toEqual([[], []])
    expect(network.join('client', 'node')).toBe(true)
    expect(network.join('client', 'node')).toBe(false)
    say('3')
    clock.advance(100)
    expect([client.received, hub.received]).toEqual([['1', '2', '3'], ['1']])
  })

  test('in a partition a new link hangs, and without a node it is refused', () => {
    const { clock, network } = setUp()
    const open = () => {
      const told: string[] = []
      network.transport('client').open('/baro', {
        opened: () => told.push('opened'),
        received: () => {},
        closed: (code) => told.push(`closed ${code}`),
      })
      return told
    }
    network.part('client', 'node')
    const hanging = open()
    clock.advance(60_000)
    expect(hanging).toEqual([])
    network.crash('node')
    const refused = open()
    clock.advance(100)
    expect(refused).toEqual(['closed 1006'])
  })

  test('a slow reader lets bytes wait at the hub until it reads on', () => {
    const { clock, hub, client, wire, socket, say } = setUp()
    wire.stopReading()
    say('1', '22')
    const waiting = ['1', '22'].reduce((sum, words) => sum + encodeMessage(message(words)).length + 1, 0)
    clock.advance(1_000)
    expect([client.received, socket.waitingBytes, wire.waitingBytes]).toEqual([[], waiting, waiting])
    wire.readOn()
    expect([socket.waitingBytes, hub.drained]).toEqual([0, 1])
    say('3')
    clock.advance(100)
    expect(client.received).toEqual(['1', '22', '3'])
  })

  test('a goodbye to a slow reader waits behind the bytes', () => {
    const { clock, hub, client, wire, socket, say } = setUp()
    wire.stopReading()
    say('1')
    socket.close(4001, 'slow')
    clock.advance(1_000)
    expect(client).toMatchObject({ received: [], closed: undefined })
    wire.readOn()
    clock.advance(100)
    expect(client).toMatchObject({ received: ['1'], closed: '4001 slow' })
    expect(hub.closed).toBe('closed')
  })

  test('a node that crashes is told nothing, its clients see the link break, or nothing if the power failed', () => {
    for (const quietly of [false, true]) {
      const { clock, network, hub, client, link } = setUp()
      network.crash('node', { quietly })
      link.send(message('into the void'))
      clock.advance(10_000)
      expect(hub).toMatchObject({ received: [], closed: undefined })
      expect(client.closed).toBe(quietly ? undefined : '1006 ')
    }
  })
})
