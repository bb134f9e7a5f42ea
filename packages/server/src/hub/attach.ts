import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { BaroError } from '@baro/core'
import { refuseUpgrade } from '../transports/websocket/websocket.ts'
import type { Hub } from './hub.ts'

type Taker = Pick<Hub, 'handle' | 'handleUpgrade'>

const attached = new WeakMap<Server, Set<Taker>>()

/**
 * An HTTP/2 server has no connection of its own for each event stream, and bounds what waits in ways of its own: the
 * hub's bounds (I7) would not hold there.
 *
 * @throws {BaroError} `bad-definition` for such a server, also one that allows HTTP/1 beside it.
 */
export function assertHttp1(server: Server): void {
  if ('updateSettings' in server)
    throw new BaroError(
      'bad-definition',
      'A hub cannot be attached to an HTTP/2 server. Let a proxy speak HTTP/2, or attach it to a server of node:http or node:https.',
    )
}

/**
 * Gives a hub the requests and upgrades of a server before all other listeners. Calling it again changes nothing.
 *
 * The events are taken at `emit`. So other listeners never see what is the hub's, also those that are added later:
 * Next.js adds its own at the first request. Nobody answers twice, and nobody closes the hub's sockets.
 */
export function attachTo(server: Server, hub: Taker): void {
  const hubs = attached.get(server) ?? intercept(server)
  hubs.add(hub)
}

/** Takes a hub off a server. */
export function detachFrom(server: Server, hub: Taker): void {
  attached.get(server)?.delete(hub)
}

/** Takes the server's events. Returns the hubs that they are offered to. */
function intercept(server: Server): Set<Taker> {
  const hubs = new Set<Taker>()
  attached.set(server, hubs)
  const emit = server.emit
  server.emit = function (this: Server, event: string, ...rest: unknown[]): boolean {
    if (event === 'request') {
      const [request, response] = rest as [IncomingMessage, ServerResponse]
      for (const one of hubs) if (one.handle(request, response)) return true
    } else if (event === 'upgrade') {
      const [request, stream, head] = rest as [IncomingMessage, Duplex, Buffer]
      for (const one of hubs) if (one.handleUpgrade(request, stream, head)) return true
    }
    return Reflect.apply(emit, this, [event, ...rest])
  } as Server['emit']
  // Node emits `upgrade` only if it has a listener. This one refuses what is not the hub's, as long as it is the only
  // one.
  if (server.listenerCount('upgrade') === 0)
    server.on('upgrade', (_request, stream: Duplex) => {
      if (server.listenerCount('upgrade') > 1) return
      // Somebody who is refused may be gone already; that is no exception of ours.
      stream.on('error', () => stream.destroy())
      refuseUpgrade(stream, 404, 'Nothing takes WebSockets at this path.')
    })
  return hubs
}
