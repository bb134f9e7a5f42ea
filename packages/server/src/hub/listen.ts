import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket as NetSocket } from 'node:net'
import type { Log } from '@baro/core'
import { describeError } from '../observe/describe-error.ts'

/** A server made by `hub.listen`. */
export interface Listening {
  /** The port that the server has taken. */
  readonly port: number
  readonly server: Server
  /** Stops listening, destroys all connections, and resolves when the port is free. */
  close(): Promise<void>
}

/** Makes a server that answers 404, attaches the hub to it, and listens. */
export function listen(
  { attach, log }: { readonly attach: (server: Server) => void; readonly log: Log },
  port: number,
  host?: string,
): Promise<Listening> {
  const server = createServer((_request, response) => response.writeHead(404).end())
  // Kept here, because Node's `closeAllConnections` leaves upgraded connections open.
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
      server.on('error', (error) => log.error(`The server of port ${port} failed: ${describeError(error)}`))
      resolve({ port: (server.address() as AddressInfo).port, server, close })
    })
  })
}
