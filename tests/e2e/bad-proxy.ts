import { once } from 'node:events'
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** What is wrong with the network between a browser and the site. */
export type Fault =
  | 'none'
  /** Upgrades are answered with 400. */
  | 'refuses-upgrades'
  /** Upgrades are accepted, and then nothing passes. */
  | 'swallows-upgrades'
  /** Whatever takes longer than three seconds is cut. */
  | 'cuts-after-three-seconds'
  /** Upgrades are refused, and an event stream is held back until it ends. */
  | 'buffers-streams'

/** A proxy in front of the site, as bad as a test wants it. */
export interface BadProxy {
  readonly url: string
  fault: Fault
  close(): void
}

const cutAfterMs = 3_000

/** Makes a proxy in front of a port of this machine. */
export async function createBadProxy(targetPort: number): Promise<BadProxy> {
  const sockets = new Set<Duplex>()
  const keep = <S extends Duplex>(socket: S): S => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    return socket
  }
  const cutLater = (socket: Duplex) => {
    const timer = setTimeout(() => socket.destroy(), cutAfterMs)
    socket.once('close', () => clearTimeout(timer))
  }

  function pass(request: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = request
    const isHub = url?.startsWith('/baro/') ?? false
    if (isHub && proxy.fault === 'cuts-after-three-seconds') cutLater(request.socket)
    const onward = forward({ port: targetPort, host: 'localhost', method, path: url, headers }, (answer) => {
      const isHeld =
        proxy.fault === 'buffers-streams' && String(answer.headers['content-type']).startsWith('text/event-stream')
      if (isHeld) return hold(answer, response)
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.once('close', () => onward.destroy())
    request.pipe(onward)
  }

  function hold(answer: IncomingMessage, response: ServerResponse): void {
    const parts: Buffer[] = []
    answer.on('data', (part: Buffer) => parts.push(part))
    answer.once('end', () => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      response.end(Buffer.concat(parts))
    })
  }

  function upgrade(request: IncomingMessage, near: Duplex, head: Buffer): void {
    keep(near)
    if (proxy.fault === 'refuses-upgrades' || proxy.fault === 'buffers-streams') {
      near.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    const far: Socket = keep(connect(targetPort, 'localhost'))
    const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`)
    far.write(`GET ${request.url} HTTP/1.1\r\n${lines.join('')}\r\n`)
    far.write(head)
    near.once('close', () => far.destroy())
    far.once('close', () => near.destroy())
    if (proxy.fault === 'swallows-upgrades') {
      far.once('data', (handshake: Buffer) => near.write(handshake.subarray(0, handshake.indexOf('\r\n\r\n') + 4)))
      near.resume()
      return
    }
    if (proxy.fault === 'cuts-after-three-seconds') cutLater(near)
    near.pipe(far).pipe(near)
  }

  const server = createServer(pass)
  server.on('upgrade', upgrade)
  server.listen(0)
  await once(server, 'listening')
  const proxy: BadProxy = {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    fault: 'none',
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      server.closeAllConnections()
    },
  }
  return proxy
}
