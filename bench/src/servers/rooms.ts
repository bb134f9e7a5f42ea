/** Rooms of peers: what a client says reaches everybody in the room, itself too. */
import { createServer } from 'node:http'
import { createServer as createSocketServer, type Socket } from 'node:net'
import { channel, type Schema } from '@baro/core'
import { createHub } from '@baro/server'
import { mount } from '@baro/socket.io'
import { Server } from 'socket.io'
import { WebSocketServer } from 'ws'
import { frameOf } from '../load/frame-reader.ts'
import { listenOnLoopback } from './listen.ts'
import type { BenchServer } from './server.ts'

/**
 * The floor: cuts frames, and writes each of them to each socket. It unmasks nothing, because the load generator masks
 * with zero.
 */
export function createNetRoom(): BenchServer {
  const sockets = new Set<Socket>()
  const server = createSocketServer((socket) => {
    socket.setNoDelay(true)
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
      sockets.add(socket)
      let rest: Buffer | undefined
      socket.on('data', (chunk) => {
        const bytes = rest ? Buffer.concat([rest, chunk]) : chunk
        let at = 0
        for (let end = endOfFrame(bytes, at); end <= bytes.length; end = endOfFrame(bytes, at)) {
          const frame = frameOf(bytes.subarray(startOfPayload(bytes, at), end))
          for (const one of sockets) one.write(frame)
          at = end
        }
        rest = at < bytes.length ? bytes.subarray(at) : undefined
      })
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  })
  return { listen: () => listenOnLoopback(server), publish: byClientsOnly }
}

/** `ws`, and a `send` for each client. */
export function createWsRoom(): BenchServer {
  const http = createServer()
  const server = new WebSocketServer({ server: http, perMessageDeflate: false })
  server.on('connection', (client) => {
    client.on('error', () => client.terminate())
    client.on('message', (bytes) => {
      for (const member of server.clients) member.send(bytes, { binary: false })
    })
  })
  return { listen: () => listenOnLoopback(http), publish: byClientsOnly }
}

/** Socket.IO over WebSocket alone, otherwise as it comes. */
export function createSocketIoRoom({ recovery } = { recovery: false }): BenchServer {
  const http = createServer()
  const io = new Server(http, {
    transports: ['websocket'],
    serveClient: false,
    ...(recovery && { connectionStateRecovery: {} }),
  })
  roomOf(io)
  return { listen: () => listenOnLoopback(http), publish: byClientsOnly }
}

/** The same room, which is a channel of a hub. */
export function createMountedRoom(): BenchServer {
  const bench = channel('bench', { events: { tick: anyText } })
  const hub = createHub({
    channels: [bench],
    limits: { timesPerAddress: Number.POSITIVE_INFINITY, messagesPerSecond: 1_000_000, bytesPerSecond: 1_000_000_000 },
    log: { info() {}, warn: console.warn, error: console.error },
  })
  hub.on(bench, { access: 'public' })
  mount(hub, roomOf)
  return { listen: async () => (await hub.listen(0)).port, publish: byClientsOnly }
}

/** Peers check nothing that a client says. */
const anyText: Schema<string> = {
  '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value: value as string }) },
}

function roomOf(io: Server): void {
  io.on('connection', (socket) => {
    socket.join('bench')
    socket.on('tick', (text) => io.to('bench').emit('tick', text))
    socket.on('cursor', (place) => io.to('bench').volatile.emit('cursor', place))
  })
}

/** What is under measurement here is what clients publish. */
export function byClientsOnly(): never {
  throw new Error('Only clients publish to this server.')
}

/** Where the frame that begins here would end, as far as its head has come. */
function endOfFrame(bytes: Buffer, at: number): number {
  if (bytes.length < at + 2) return Number.POSITIVE_INFINITY
  const short = (bytes[at + 1] ?? 0) & 127
  if (short < 126) return at + 6 + short
  return bytes.length < at + 4 ? Number.POSITIVE_INFINITY : at + 8 + bytes.readUInt16BE(at + 2)
}

function startOfPayload(bytes: Buffer, at: number): number {
  return at + (((bytes[at + 1] ?? 0) & 127) < 126 ? 6 : 8)
}
