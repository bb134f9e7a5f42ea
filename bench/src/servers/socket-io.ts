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

/** A room whose server tells everybody of each who comes, as tutorials do. */
export function createSocketIoCrowd(): BenchServer {
  const http = createServer()
  const io = new Server(http, { transports: ['websocket'], serveClient: false })
  io.on('connection', (socket) => {
    socket.on('listen', async (done: () => void) => {
      await socket.join('lounge')
      done()
    })
    socket.on('join', ({ name }: { readonly name: string }, done: () => void) => {
      io.to('lounge').emit('joined', { id: socket.id, name })
      done()
    })
  })
  return { listen: () => listenOnLoopback(http), publish() {} }
}
