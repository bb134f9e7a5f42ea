/**
 * The process in which the servers of `examples/tutorials` run, each on a free port: those that its arguments name, or all. A process of its own, because Express
 * does not survive the conditions under which tests load modules. It serves the pages that it is sent, and tells the ports.
 */
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

/** What a test says to this process. */
export type Order =
  | { readonly path: string; readonly html: string }
  | { readonly quote: { readonly symbol: string; readonly price: number } }

/** The port of each server, by its file. */
export type Ports = Readonly<Record<string, number>>

const folder = fileURLToPath(new URL('../../examples/tutorials/servers/', import.meta.url))
const pages = new Map<string, string>()

/** A tutorial serves its page from a folder; here it may be any. */
function servePages(server: Server): void {
  const { emit } = server
  // The arguments depend on the event in ways that `emit` has no types for.
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  server.emit = (event: string | symbol, ...args: any[]): boolean => {
    const page = event === 'request' ? pages.get(args[0].url) : undefined
    if (page === undefined) return Reflect.apply(emit, server, [event, ...args])
    const response: ServerResponse = args[1]
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(page)
    return true
  }
}

const ports: Record<string, number> = {}
const { quotes } = await import(`${folder}quotes.js`)
const asked = process.argv.slice(2)
for (const file of asked.length > 0 ? asked : readdirSync(folder)) {
  const { server } = (await import(folder + file)) as { readonly server?: Server }
  if (!server) continue
  if (!server.listening) await once(server, 'listening')
  servePages(server)
  ports[file] = (server.address() as AddressInfo).port
}

process.on('message', (order: Order) => {
  if ('path' in order) pages.set(order.path, order.html)
  else quotes.emit('change', order.quote)
  process.send?.('done')
})
process.on('disconnect', () => process.exit())
process.send?.(ports)
