import { checkedOptions, createId } from '@baro/core/protocol'
import type { Hub } from '@baro/server'
import { type GatewayHost, servedPath } from '@baro/server/parts'
import { type Namespace, Server } from 'socket.io'
import { clusterMessage, clusterType, HubAdapter } from './hub-adapter.ts'
import { KeptSessions } from './kept-sessions.ts'
import { mountOptionRules, type SocketIoOptions } from './mount-options.ts'
import { SocketIoGateway } from './socket-io-gateway.ts'

const door = 'mount of @baro/socket.io'

/**
 * Lets clients of Socket.IO into the channels of a hub, on every server that the hub is attached to. A room that a channel
 * of the hub matches is that channel; all else is as Socket.IO has it. docs/from-socket.io.md has the table.
 *
 * @param use Gets the server of Socket.IO, for `io.on('connection', …)`, `io.use` and `io.of`. It ends with the hub.
 * @returns The same server, for code that emits.
 * @throws {BaroError} `bad-definition` if a channel of the hub has no handlers yet, if an option does not exist or makes no
 *   sense, or if the hub or another gateway is at the path.
 *
 * @example
 * ```ts
 * mount(hub, (io) => {
 *   io.on('connection', (socket) => {
 *     socket.join('room:1')
 *     socket.on('message', (message) => io.to('room:1').emit('message', message))
 *   })
 * })
 * ```
 */
export function mount(hub: Hub, use: (io: Server) => void, options: SocketIoOptions = {}): Server {
  const {
    path = '/socket.io',
    everybody,
    recoveryWindowMs = 120_000,
    member = () => ({}),
  } = checkedOptions(door, options, mountOptionRules)
  let io: Server | undefined
  hub.addGateway((host) => {
    const mounted = mountedOn(hub, host, {
      path: servedPath(door, path),
      everybody: everybody?.channel,
      recoveryWindowMs,
      member,
    })
    io = mounted.io
    return mounted.gateway
  })
  const server = io as unknown as Server
  use(server)
  return server
}

interface Mounting extends Pick<Required<SocketIoOptions>, 'path' | 'recoveryWindowMs' | 'member'> {
  readonly everybody: string | undefined
}

function mountedOn(
  hub: Hub,
  host: GatewayHost,
  { path, everybody, recoveryWindowMs, member }: Mounting,
): { readonly io: Server; readonly gateway: SocketIoGateway } {
  const node = createId(host.randomness).slice(0, 8)
  const adapters = new Map<string, HubAdapter>()
  const release = async (pid: string): Promise<boolean> => {
    const isHere = [...adapters.values()].some((adapter) => adapter.release(pid))
    if (isHere) await sessions.settled()
    return isHere
  }
  const sessions: KeptSessions = new KeptSessions({ host, windowMs: recoveryWindowMs, node, release })
  const hearing = host.broker.hear({
    heard(message) {
      if (message.type === clusterType) {
        const told = clusterMessage(message, node)
        if (told) adapters.get(told.nsp)?.heard(told)
      } else
        sessions.heard(message).catch((error) => host.log.error({}, `Socket.IO: ${host.explain(error, path).message}`))
    },
    // What was missed was for now: nodes count each other anew, and a client that is not found begins again.
    lost() {},
  })
  const parts = {
    ...{ hub, host, sessions, node, everybody, member, hearing },
    arrived: (connection: Parameters<SocketIoGateway['arrived']>[0]) => gateway.arrived(connection),
    newPid: () => `${node}${createId(host.randomness)}`,
    opened: (adapter: HubAdapter) => void adapters.set(adapter.name, adapter),
    closed: (adapter: HubAdapter) => void adapters.delete(adapter.name),
  }
  const io = new Server({
    serveClient: true,
    path,
    // Socket.IO makes an adapter for each namespace with `new`.
    adapter: function adapterOf(namespace: Namespace) {
      return new HubAdapter(namespace, parts)
    } as unknown as NonNullable<ConstructorParameters<typeof Server>[1]>['adapter'] & object,
    // Who is let in is asked each time, and so are the middlewares of the application.
    connectionStateRecovery: { maxDisconnectionDuration: recoveryWindowMs, skipMiddlewares: false },
    cleanupEmptyChildNamespaces: true,
    connectTimeout: host.limits.connectTimeoutMs,
  })
  const close = async () => {
    await io.close()
    await sessions.settled()
    ;(await hearing)()
  }
  const gateway: SocketIoGateway = new SocketIoGateway({ host, path, io, close })
  return { io, gateway }
}
