import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { get, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Finds the HTTP server that Next made for itself and gives it to nobody. Node announces each request together with
 * its server, so this process asks itself for something; any other request would do as well.
 *
 * @param path Where to ask: the hub's path.
 */
export function findServer(path: string, found: (server: HttpServer) => void): void {
  const channel = 'http.server.request.start'
  const announced = (message: unknown): void => {
    const { server } = message as { readonly server: HttpServer }
    if (!isOurs(server)) return
    unsubscribe(channel, announced)
    found(server)
  }
  subscribe(channel, announced)
  askOurselves(path)
}

// Next writes the port it listens on to PORT. Other servers of the process (metrics, say) are not ours to attach to.
function isOurs(server: HttpServer): boolean {
  const port = process.env.PORT
  return port === undefined || String((server.address() as AddressInfo | null)?.port) === port
}

// Without this the first to come after a restart could be a browser's WebSocket, which is announced to nobody: its
// socket would hang in Next. Whether the request succeeds does not matter, only that it arrives.
function askOurselves(path: string): void {
  const origin = process.env.__NEXT_PRIVATE_ORIGIN ?? (process.env.PORT && `http://localhost:${process.env.PORT}`)
  if (!origin?.startsWith('http:')) return
  get(`${origin}${path}/health`, (response) => response.resume()).on('error', () => {})
}
