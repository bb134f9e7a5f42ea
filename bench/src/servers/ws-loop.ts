import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { listenOnLoopback } from './listen.ts'
import type { BenchServer } from './server.ts'

/** What most tutorials end with: `ws`, and a `send` for each client. The text becomes bytes once, in its favour. */
export function createWsServer(): BenchServer {
  const http = createServer()
  const server = new WebSocketServer({ server: http, perMessageDeflate: false })
  server.on('connection', (client) => client.on('error', () => client.terminate()))
  return {
    listen: () => listenOnLoopback(http),
    publish(payload) {
      const bytes = Buffer.from(payload)
      for (const client of server.clients) client.send(bytes, { binary: false })
    },
  }
}
