import { once } from 'node:events'
import { createServer, request as forward, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** A cache of somebody else between browsers and the server, which keeps what it has once seen for a day and longer. */
export interface FrontCache {
  readonly url: string
  /** Where the server is now. */
  target: number
  /** Where the hub's own addresses lead, if to another server than pages do. */
  links: number | undefined
  /** Whether it asks the server again where a browser wants that (`Cache-Control: no-cache`); many do not. */
  obeys: boolean
  close(): void
}

/** Makes one. The hub's own addresses pass. */
export async function createFrontCache(target: number): Promise<FrontCache> {
  const kept = new Map<string, { headers: IncomingHttpHeaders; body: Buffer }>()
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const { url = '/', method, headers } = request
    const found = kept.get(url)
    if (found && !(cache.obeys && /no-cache|max-age=0/.test(headers['cache-control'] ?? ''))) {
      response.writeHead(200, { ...found.headers, age: '90000' }).end(found.body)
      return
    }
    const { 'if-none-match': _, ...sent } = headers
    const port = (url.startsWith('/baro/') && cache.links) || cache.target
    const onward = forward({ port, host: '127.0.0.1', method, path: url, headers: sent }, (answer) => {
      const parts: Buffer[] = []
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.on('data', (part: Buffer) => {
        parts.push(part)
        response.write(part)
      })
      answer.once('end', () => {
        if (!url.startsWith('/baro/')) kept.set(url, { headers: answer.headers, body: Buffer.concat(parts) })
        response.end()
      })
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  server.on('upgrade', (request, near: Socket, head: Buffer) => {
    const far = connect(cache.links ?? cache.target, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {}).once('close', () => other.destroy())
    }
    const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`)
    far.write(`GET ${request.url} HTTP/1.1\r\n${lines.join('')}\r\n`)
    far.write(head)
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cache: FrontCache = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    target,
    links: undefined,
    obeys: true,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      server.closeAllConnections()
    },
  }
  return cache
}
