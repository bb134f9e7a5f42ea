import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { quote } from '@baro/core/protocol'
import type { Hub } from '@baro/server'
import { isProduction } from './next-phase.ts'
import { routeUpgrade } from './upgrade-route.ts'

// On the server, not in this module: bundles load this module more than once.
const mark = Symbol.for('baro.intercepted')

/**
 * Lets the hub see each request and each upgrade of a server before anybody else, and hands on what it does not take.
 * Doing it again to the same server changes nothing.
 *
 * A listener would not do. All upgrade listeners get every upgrade, and Next adds its own, which ends the sockets whose
 * path looks like one of its routes (`/[lang]/[page]` matches `/baro/connect`) and leaves all others hanging.
 *
 * @param hub Asked at each request, so that another hub can take the place of the first.
 * @param passOthers Whether upgrades that nobody is known to answer are left alone.
 */
export function interceptServer(server: HttpServer, hub: () => Hub | undefined, passOthers: boolean): void {
  if (mark in server) return
  Object.defineProperty(server, mark, { value: true })
  // Node gives an upgrade to nobody unless somebody listens.
  const listen = (): void => {}
  server.on('upgrade', listen)

  let isLogged = false
  const takesUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): boolean => {
    if (hub()?.handleUpgrade(request, socket, head)) return true
    const othersListen = server.listeners('upgrade').some((listener) => listener !== listen)
    const situation = { url: request.url ?? '/', production: isProduction(), othersListen, passOthers }
    if (routeUpgrade(situation) === 'others') return false
    if (othersListen && !isLogged) {
      isLogged = true
      console.warn(refusal(situation.url))
    }
    refuseUpgrade(socket)
    return true
  }
  const takesRequest = (request: IncomingMessage, response: ServerResponse): boolean =>
    hub()?.handle(request, response) ?? false

  const emit = server.emit
  // The arguments depend on the event in ways that `emit` has no types for.
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  server.emit = (event: string | symbol, ...args: any[]): boolean => {
    if (event === 'upgrade' && takesUpgrade(args[0], args[1], args[2])) return true
    if (event === 'request' && takesRequest(args[0], args[1])) return true
    return Reflect.apply(emit, server, [event, ...args])
  }
}

/** Said once: Next listens too, so nobody can tell whether another WebSocket server is among the listeners. */
function refusal(url: string): string {
  return `Baro refused the upgrade of ${quote(url)}, which is neither the hub's nor Next's. If another WebSocket server answers it on this port: attach(hub, server, { otherUpgrades: 'pass' }).`
}

function refuseUpgrade(socket: Duplex): void {
  // Somebody who is refused may be gone already; that is no exception of ours.
  socket.on('error', () => {})
  socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => socket.destroy())
}
