import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { SiteNode } from './site-node.ts'

/** Answers some requests itself; `false` for those of the nodes. */
export type Own = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * A load balancer as simple as one can be: each request and each WebSocket goes to the next node that serves. Nothing is sticky, and
 * nothing needs to be.
 */
export function createBalancer(nodes: readonly SiteNode[], own: Own): Server {
  let turn = 0
  function next(): SiteNode | undefined {
    for (let tries = 0; tries < nodes.length; tries++) {
      const node = nodes[turn++ % nodes.length]
      if (node?.port !== undefined) return node
    }
    return undefined
  }

  const server = createServer((incoming, response) => {
    if (own(incoming, response)) return
    const node = next()
    if (!node?.port) return void response.writeHead(503, { 'retry-after': '1' }).end('No node serves.\n')
    const { method, url: path, headers } = incoming
    const outgoing = request({ host: '127.0.0.1', port: node.port, method, path, headers }, (answer) => {
      node.answered++
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, [
        ...answer.rawHeaders,
        ...['x-served-by', node.name],
      ])
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    // A node that was killed meanwhile. Whoever asked asks again, and comes to another one.
    outgoing.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()))
    response.on('close', () => outgoing.destroy())
    incoming.pipe(outgoing)
  })

  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    const node = next()
    if (!node?.port) return void socket.destroy()
    node.answered++
    const far = connect(node.port, '127.0.0.1', () => {
      const lines = incoming.rawHeaders.flatMap((name, index, all) => (index % 2 ? [] : [`${name}: ${all[index + 1]}`]))
      far.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
      if (head.length > 0) far.write(head)
      far.pipe(socket)
      socket.pipe(far)
    })
    for (const [one, other] of [
      [socket, far],
      [far, socket],
    ] as const) {
      one.setNoDelay(true)
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  return server
}
