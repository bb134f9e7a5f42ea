/**
 * A server of Node without a hub, in the process of one: the control of a siege. It takes what attackers send, and does nothing with it. How long the
 * honest of the hub wait while it is hit is what Node and the kernel take for these connections, whatever is built on them.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

const heldMs = 25_000
const headers = { 'Content-Type': 'application/json' }
/** As short as an answer of the hub. Attackers go on from its position. */
const answer = JSON.stringify({ publications: [], position: '1a.plain.0.' })

/** Starts it; resolves with its port. */
export async function startPlainServer(): Promise<number> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 << 10 })
  sockets.on('connection', (socket) => socket.on('error', () => {}).on('message', () => {}))
  const server = createServer((request, response) => {
    if (request.url?.includes('live=sse')) return hold(response, 'text/event-stream')
    if (request.url?.includes('wait=25')) {
      const timer = setTimeout(() => response.writeHead(200, headers).end(answer), heldMs)
      return void response.once('close', () => clearTimeout(timer))
    }
    request.resume()
    request.once('end', () => response.writeHead(200, headers).end(answer))
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {})
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request))
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  return (server.address() as AddressInfo).port
}

function hold(response: ServerResponse, type: string): void {
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' })
  response.write(`data: ${answer}\n\n`)
}
