/** Event streams without us: the floor, and what most tutorials end with. */
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { listenOnLoopback } from './listen.ts'
import type { BenchServer } from './server.ts'

const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n\r\n'

/** The floor: one write of a ready-made message for each socket, and nothing else. */
export function createNetStreamServer(): BenchServer {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    socket.once('data', () => {
      socket.write(head)
      sockets.add(socket)
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  })
  return {
    listen: () => listenOnLoopback(server),
    publish(payload) {
      const bytes = streamMessage(payload)
      for (const socket of sockets) socket.write(bytes)
    },
  }
}

/** A `res.write` for each response. The text becomes bytes once, in its favour. */
export function createResponseWriteServer(): BenchServer {
  const responses = new Set<ServerResponse>()
  const server = createHttpServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' }).flushHeaders()
    responses.add(response)
    request.on('close', () => responses.delete(response))
  })
  return {
    listen: () => listenOnLoopback(server),
    publish(payload) {
      const bytes = streamMessage(payload)
      for (const response of responses) response.write(bytes)
    },
  }
}

/** As many bytes as Baro sends for the same payload: its id, position, offset and time, made up. */
function streamMessage(text: string): Buffer {
  const position = '1a.e4Tq0000.1000.Rt5yUi'
  const data = {
    type: 'tick',
    payload: { text },
    position,
    offset: 1_000,
    id: 'a0Sd1fk3V-_k3Vp7b',
    time: 1_767_225_601_004,
  }
  return Buffer.from(`id: ${position}\ndata: ${JSON.stringify(data)}\n\n`)
}
