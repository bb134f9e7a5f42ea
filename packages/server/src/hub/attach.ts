import type { Server } from 'node:http'
import { BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'
import type { Hub } from './hub.ts'
import { interceptServer } from './intercept-server.ts'

type Attached = Pick<Hub, 'handle' | 'handleUpgrade'>

const attached = new WeakMap<Server, Map<Attached, () => void>>()

/**
 * What is no server has nothing to attach to. An HTTP/2 server has no connection of its own for each event stream, and bounds what waits in ways of its own: the
 * hub's bounds (I7) would not hold there.
 *
 * @throws {BaroError} `bad-definition` for either, also for a server that allows HTTP/1 beside HTTP/2.
 */
export function assertHttp1(server: Server): void {
  // An Express app has no listeners of its own; `app.listen` returns the server.
  if (typeof Object(server).listeners !== 'function' || !('listening' in server))
    throw new BaroError(
      'bad-definition',
      `hub.attach takes a server of node:http or node:https, not ${typeof server === 'function' ? 'a function' : quote(server)}. Of an Express app it is what app.listen() returns.`,
    )
  if ('updateSettings' in server)
    throw new BaroError(
      'bad-definition',
      'A hub cannot be attached to an HTTP/2 server. Let a proxy speak HTTP/2, or attach it to a server of node:http or node:https.',
    )
}

/** Gives a hub the requests and upgrades of a server before all other listeners. Calling it again changes nothing. */
export function attachTo(server: Server, hub: Attached): void {
  const hubs = attached.get(server) ?? new Map<Attached, () => void>()
  attached.set(server, hubs)
  if (hubs.has(hub)) return
  const detach = interceptServer(server, {
    handle: (request, response) => hub.handle(request, response),
    handleUpgrade: (request, stream, head) => hub.handleUpgrade(request, stream, head),
  })
  hubs.set(hub, detach)
}

/** Takes a hub off a server. */
export function detachFrom(server: Server, hub: Attached): void {
  attached.get(server)?.get(hub)?.()
  attached.get(server)?.delete(hub)
}
