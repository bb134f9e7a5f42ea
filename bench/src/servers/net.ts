import { createServer, type Socket } from 'node:net'
import { listenOnLoopback } from './listen.ts'
import type { BenchServer } from './server.ts'

/** The floor: one write of a ready-made frame for each socket, and nothing else. */
export function createNetServer(): BenchServer {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
      sockets.add(socket)
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  })
  return {
    listen: () => listenOnLoopback(server),
    publish(payload) {
      const bytes = Buffer.from(payload)
      const frame = Buffer.concat([Buffer.of(0x81, 126, bytes.length >> 8, bytes.length & 255), bytes])
      for (const socket of sockets) socket.write(frame)
    },
  }
}
