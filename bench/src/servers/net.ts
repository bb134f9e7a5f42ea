import { createServer, type Socket } from 'node:net'
import { frameOf } from '../load/frame-reader.ts'
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
      const frame = frameOf(Buffer.from(payload))
      for (const socket of sockets) socket.write(frame)
    },
  }
}
