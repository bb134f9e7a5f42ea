import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { listenOnLoopback } from './listen.ts'
import type { BenchServer } from './server.ts'

/** Socket.IO over WebSocket alone, otherwise as it comes; with its connection state recovery if asked. */
export function createSocketIoServer(options: { readonly recovery: boolean }): BenchServer {
  const http = createServer()
  const io = new Server(http, {
    transports: ['websocket'],
    serveClient: false,
    ...(options.recovery ? { connectionStateRecovery: {} } : {}),
  })
  return {
    listen: () => listenOnLoopback(http),
    publish(payload) {
      io.emit('tick', payload)
    },
  }
}
