import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket as NetSocket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { BaroError, type Log } from '@baro/core'
import { quote } from '@baro/core/protocol'
import { describeError } from '../observe/describe-error.ts'
import type { Limits } from '../ports/limits.ts'

/** A server made by `hub.listen`. */
export interface Listening {
  /** The port that the server has taken. */
  readonly port: number
  readonly server: Server
  /** Stops listening, destroys all connections, and resolves when the port is free. */
  close(): Promise<void>
}

/** How long a connection may take from its first byte to the end of a request's head. */
const headersTimeout = 10_000
/** How long it may be idle between two requests: longer than the 60 s after which proxies let go, or they would meet a closed one. */
const keepAliveTimeout = 65_000
/** How often Node looks for those that are late. */
const connectionsCheckingInterval = 5_000

/** What listening works with. */
export interface ListenParts {
  readonly attach: (server: Server) => void
  readonly log: Log
  readonly limits: Pick<Limits, 'bodyTimeoutMs'>
}

/** Makes a server that answers 404, lets `attach` have it, and listens. */
export async function listen(
  { attach, log, limits }: ListenParts,
  port: number,
  host?: string,
  tls?: TlsOptions,
): Promise<Listening> {
  // Node takes a text for the path of a socket, and nothing for any port.
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new BaroError('bad-definition', `hub.listen takes a port from 0 to 65535, not ${quote(port)}. Pass a number.`)
  // The hub is first to say that a body is late, with a code; this bound is for bodies that nobody reads.
  const requestTimeout = headersTimeout + Math.ceil(limits.bodyTimeoutMs)
  const timeouts = { headersTimeout, requestTimeout, keepAliveTimeout, connectionsCheckingInterval }
  const answer: RequestListener = (_request, response) => response.writeHead(404).end()
  // Before its handshake a connection has said nothing, so it has as long as for a head.
  const server: Server = tls
    ? createSecureServer({ handshakeTimeout: headersTimeout, ...tls, ...timeouts }, answer)
    : createServer(timeouts, answer)
  // All of them: Node's own `closeAllConnections` knows nothing of those that were upgraded.
  const connections = new Set<NetSocket>()
  function forget(this: NetSocket): void {
    connections.delete(this)
  }
  server.on('connection', (connection) => {
    connections.add(connection)
    connection.on('close', forget)
  })
  attach(server)
  const close = () =>
    new Promise<void>((closed) => {
      server.close(() => closed())
      for (const connection of connections) connection.destroy()
    })
  return new Promise<Listening>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      server.on('error', (error) => log.error({}, `The server of port ${port} failed: ${describeError(error)}`))
      resolve({ port: (server.address() as AddressInfo).port, server, close })
    })
  })
}
