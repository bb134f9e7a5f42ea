import type { ClientMessage } from '@baro/core/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { LinkEvents } from '../ports/transport.ts'
import { createWebSocketTransport, type WebSocketLike } from './websocket.ts'

/** A WebSocket that nothing is behind. */
class FakeWebSocket implements WebSocketLike {
  static newest: FakeWebSocket
  readonly url: string
  binaryType = 'blob'
  readonly sent: unknown[] = []
  readonly closes: unknown[] = []
  onopen: ((event: never) => unknown) | null = null
  onmessage: ((event: never) => unknown) | null = null
  onclose: ((event: never) => unknown) | null = null
  onerror: ((event: never) => unknown) | null = null

  constructor(url: string) {
    this.url = url
    FakeWebSocket.newest = this
  }
  send(data: unknown): void {
    this.sent.push(data)
  }
  close(code?: number, reason?: string): void {
    this.closes.push([code, reason])
  }
  emit(type: 'open' | 'message' | 'close' | 'error', event: object = {}): void {
    this[`on${type}`]?.(event as never)
  }
}

const heartbeat: ClientMessage = { type: 'baro:heartbeat', payload: {} }

function open(url = 'http://localhost:3000/baro') {
  const told: unknown[] = []
  const events: LinkEvents = {
    opened: () => told.push('opened'),
    received: (message) => told.push(message),
    closed: (code, reason) => told.push([code, reason]),
  }
  const link = createWebSocketTransport({ WebSocket: FakeWebSocket }).open(url, events)
  return { link, socket: FakeWebSocket.newest, told }
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a link over WebSocket', () => {
  it.each([
    ['http://localhost:3000/baro', 'ws://localhost:3000/baro/connect'],
    ['https://shop.example/baro/', 'wss://shop.example/baro/connect'],
    ['ws://shop.example/live', 'ws://shop.example/live/connect'],
  ])('%s is connected to at %s', (url, expected) => {
    expect(open(url).socket.url).toBe(expected)
  })

  it("a path is on the page's own origin", () => {
    vi.stubGlobal('location', { href: 'https://shop.example/rooms/42?x=1' })
    expect(open('/baro').socket.url).toBe('wss://shop.example/baro/connect')
  })

  it('carries messages in both directions, and tells how it ends', () => {
    const { link, socket, told } = open()
    socket.emit('open')
    link.send(heartbeat)
    socket.emit('message', { data: '{"type":"baro:heartbeat","payload":{}}' })
    socket.emit('error')
    socket.emit('close', { code: 4000, reason: 'drain' })
    expect(socket.sent).toEqual(['{"type":"baro:heartbeat","payload":{}}'])
    expect(told).toEqual(['opened', heartbeat, [4000, 'drain']])
  })

  it('closes where something comes that cannot be read: the client continues from its position on another', () => {
    const { socket, told } = open()
    socket.emit('message', { data: '{"type":' })
    expect(told).toEqual([])
    expect(socket.closes).toHaveLength(1)
    socket.emit('close', { code: 1005, reason: '' })
    expect(told).toEqual([[1005, '']])
  })

  it('tells nothing of a link that was closed here', () => {
    const { link, socket, told } = open()
    link.close()
    for (const type of ['open', 'message', 'close'] as const) socket.emit(type, { data: 'late', code: 1000 })
    expect(socket.closes).toEqual([[1000, undefined]])
    expect(told).toEqual([])
  })
})

describe('where no link can be', () => {
  const events: LinkEvents = { opened: () => {}, received: () => {}, closed: () => {} }

  it('without a WebSocket the error says how to pass one', () => {
    vi.stubGlobal('WebSocket', undefined)
    expect(() => createWebSocketTransport().open('http://localhost/baro', events)).toThrow(
      expect.objectContaining({ code: 'bad-definition', message: expect.stringContaining('{ WebSocket }') }),
    )
  })

  it('without a page the url must name the host', () => {
    expect(() => createWebSocketTransport({ WebSocket: FakeWebSocket }).open('/baro', events)).toThrow(
      expect.objectContaining({ code: 'bad-definition', message: expect.stringContaining('"/baro"') }),
    )
  })
})

it("the class of the package ws fits, and so does the browser's", async () => {
  const { WebSocket } = await import('ws')
  createWebSocketTransport({ WebSocket })
  expect(createWebSocketTransport({ WebSocket: globalThis.WebSocket }).rung).toBe('websocket')
})
