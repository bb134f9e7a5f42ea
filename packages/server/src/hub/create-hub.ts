import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket as Connection } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  type AnyChannel,
  BaroError,
  type Broker,
  type ChannelTypes,
  createId,
  orThrow,
  quote,
  type Recover,
  type Reference,
  recover as recoverByAllGuards,
  type Schema,
  type Snapshot,
  systemRandomness,
  validatePayload,
} from '@baro/core'
import { createOriginCheck } from '../access/origins.ts'
import type { AnyHandlers, SessionInfo } from '../channel/handlers.ts'
import { own } from '../channel/own.ts'
import { createRegistry, type Resolved } from '../channel/registry.ts'
import { Ticker } from '../delivery/ticker.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'
import { createCounters } from '../observe/counters.ts'
import { describeError } from '../observe/describe-error.ts'
import { defaultLimits } from '../ports/limits.ts'
import { Appender } from '../publish/appender.ts'
import { ClaimedWork } from '../publish/claimed-work.ts'
import { ClaimsEpoch } from '../publish/claims-epoch.ts'
import { Publisher } from '../publish/publisher.ts'
import { Session } from '../session/session.ts'
import { FramedOutbox } from '../session/session-outbox.ts'
import { Feeds } from '../stream/feeds.ts'
import { takeSnapshot } from '../stream/snapshots.ts'
import { nodeClock } from '../system/node-clock.ts'
import { upgradeChannel } from '../transports/channel-url/channel-socket.ts'
import { HeldRequests } from '../transports/http/held-requests.ts'
import { createWebSocketTransport, refuseUpgrade } from '../transports/websocket/websocket.ts'
import { attachTo, detachFrom } from './attach.ts'
import type { Hub, HubOptions, Listening } from './hub.ts'
import type { HubParts, HubSession } from './hub-parts.ts'
import { handleHttp, handleMounted } from './routes.ts'

/** How often in a heartbeat interval the sessions are looked at. */
const looksPerInterval = 5

/** What the simulation replaces to show that a guard is needed. Not for applications. */
export interface HubInternals {
  readonly recover: Recover
}

/**
 * Makes a hub. Nothing is served until it is attached to an HTTP server or listens.
 *
 * @throws {BaroError} `bad-definition` if two channels can match one name.
 *
 * @example
 * ```ts
 * const hub = createHub({ channels: [room] })
 * hub.on(room, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })
 * hub.attach(httpServer)
 * ```
 */
export function createHub(options: HubOptions, internals: HubInternals = { recover: recoverByAllGuards }): Hub {
  const {
    channels,
    auth = () => undefined,
    origins = [],
    development = process.env.NODE_ENV !== 'production',
    path = '/baro',
    compression = {},
    heartbeatIntervalMs = 25_000,
    publishWindowMs = 120_000,
    log = console,
    clock = nodeClock,
    randomness = systemRandomness,
  } = options
  const broker: Broker = options.broker ?? createMemoryBroker({ clock, randomness })
  const limits = { ...defaultLimits, ...options.limits }
  const counters = createCounters()
  const registry = createRegistry(channels)
  const ticker = new Ticker(clock, counters)
  const feeds = new Feeds({ broker, clock, ticker, limits, counters, log, recover: internals.recover })
  // A repeat that a client sends at the end of its window may be held up by the network for as long as a session may be
  // silent; it must still find the claim (I5).
  const claimWindowMs = publishWindowMs + 4 * heartbeatIntervalMs
  const claimsEpoch = new ClaimsEpoch(broker, (epoch) => {
    for (const session of sessions) session.claimsLost(epoch)
  })
  const appender = new Appender({ broker, clock, feeds, counters })
  const claimedWork = new ClaimedWork({ broker, claimsEpoch, counters, log, claimWindowMs })
  const publisher = new Publisher({ appender, claimedWork, broker, randomness, log })
  const sessions = new Set<HubSession>()
  /** Sessions whose link is still there; a session may have ended before its goodbye has arrived. */
  const links = new Set<HubSession>()
  const welcomed = new WeakSet<HubSession>()
  const watchers = { connected: new Set<Watcher>(), disconnected: new Set<Watcher>() }
  const servers = new Set<Server>()
  const whenNoLinks = new Set<() => void>()
  const held = new HeldRequests()
  let isDraining = false

  const parts: HubParts = {
    broker,
    clock,
    randomness,
    log,
    limits,
    counters,
    registry,
    ticker,
    feeds,
    publisher,
    claimsEpoch,
    held,
    publishWindowMs,
    sessionRules: {
      heartbeatIntervalMs,
      connectTimeoutMs: limits.connectTimeoutMs,
      messagesPerSecond: limits.messagesPerSecond,
    },
    isOriginAllowed: createOriginCheck({ origins, development, log }),
    isDraining: () => isDraining,
    newId: () => createId(randomness),
    async authenticate(credentials) {
      try {
        return await auth(credentials)
      } catch (error) {
        if (error instanceof BaroError) throw error
        throw new BaroError('unauthenticated', 'The token was not accepted. Sign in again.', { cause: error })
      }
    },
    async assertAllowed({ handlers }, context, action) {
      if (handlers.access === 'public') return
      if ((await handlers.access({ ...context, action })) !== true)
        throw new BaroError('refused', `The access rule of "${context.channel}" does not allow you to ${action}.`)
    },
    async signal({ channel, definition }, type, payload, by) {
      const schema = own<Schema>(definition.signals, type)
      if (!schema) throw new BaroError('not-accepted', `"${channel}" has no signal ${JSON.stringify(type)}. Define it.`)
      const value = orThrow(await validatePayload(schema, payload, `The payload of ${JSON.stringify(type)}`))
      await broker.signal({ channel, type, payload: value, ...(by === undefined ? undefined : { by }) })
    },
    runHook(hook, context) {
      if (!hook) return
      Promise.resolve()
        .then(() => hook(context))
        .catch((error) => log.error(`A hook of the application threw: ${describeError(error)}`))
    },
    explain(error, channel) {
      const isOurs = error instanceof BaroError
      // What a schema threw is told to nobody but the log.
      if (isOurs && !(error.code === 'handler-failed' && error.cause !== undefined)) return error
      log.error(`The application threw at ${JSON.stringify(channel)}: ${describeError(error)}`)
      if (isOurs) return error
      return new BaroError('handler-failed', 'The application failed. The server has logged why.', { cause: error })
    },
    openSession(outbox, handshake, { isOneWay }) {
      const session = new Session(parts, outbox, handshake, isOneWay)
      parts.sessionStarted(session)
      return session
    },
    sessionStarted(session) {
      sessions.add(session)
      links.add(session)
      counters.sessions++
      if (isDraining) session.drain(0)
    },
    sessionOpened(session) {
      welcomed.add(session)
      for (const run of watchers.connected) parts.runHook(run, { session: session.id, user: session.user })
    },
    sessionEnded(session) {
      if (!sessions.delete(session)) return
      counters.sessions--
      // Who was never let in was never announced.
      if (!welcomed.has(session)) return
      for (const run of watchers.disconnected) parts.runHook(run, { session: session.id, user: session.user })
    },
    linkGone(session) {
      links.delete(session)
      if (links.size === 0) for (const run of whenNoLinks) run()
    },
  }

  let stopLooking = clock.after(heartbeatIntervalMs / looksPerInterval, look)
  function look(): void {
    stopLooking = clock.after(heartbeatIntervalMs / looksPerInterval, look)
    const nowMs = clock.elapsed()
    for (const session of sessions) session.tick(nowMs)
  }

  const resolve = (reference: Reference): Resolved => {
    registry.assertComplete()
    return orThrow(registry.resolve(reference.channel))
  }

  const webSockets = createWebSocketTransport({
    maxMessageBytes: limits.maxMessageBytes,
    compressFromBytes: compression === false ? undefined : (compression.thresholdBytes ?? 1_024),
  })

  /** What follows the hub's path in a request's path; `undefined` if it is not ours. */
  const restOf = (url: string | undefined): string | undefined => {
    const [pathname = ''] = (url ?? '').split('?')
    return pathname === path || pathname.startsWith(`${path}/`) ? pathname.slice(path.length) : undefined
  }

  const hub: Hub = {
    path,
    counters,

    on(target: unknown, action: unknown) {
      if (target === 'connected' || target === 'disconnected') watchers[target].add(action as Watcher)
      else if (typeof target === 'function') registry.register(target as AnyChannel, action as AnyHandlers)
      else
        throw new BaroError(
          'bad-definition',
          `hub.on does not know ${quote(target)}. Pass a channel definition, "connected" or "disconnected".`,
        )
    },

    publish: async (reference, type, payload, { id } = {}) => publisher.publish(resolve(reference), type, payload, id),

    signal: async (reference, type, payload) => parts.signal(resolve(reference), type, payload, undefined),

    snapshot: async <T extends ChannelTypes>(reference: Reference<T>) =>
      (await takeSnapshot(feeds, resolve(reference))) as Snapshot<T>,

    isPublic: (reference) => resolve(reference).handlers.access === 'public',

    attach(server) {
      registry.assertComplete()
      servers.add(server)
      attachTo(server, hub)
    },

    listen(port, host) {
      const server = createServer((_request, response) => response.writeHead(404).end())
      // All of them: Node's own `closeAllConnections` knows nothing of those that were upgraded.
      const connections = new Set<Connection>()
      function forget(this: Connection): void {
        connections.delete(this)
      }
      server.on('connection', (connection) => {
        connections.add(connection)
        connection.on('close', forget)
      })
      hub.attach(server)
      return new Promise<Listening>((resolveListening, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => {
          const close = () =>
            new Promise<void>((closed) => {
              server.close(() => closed())
              for (const connection of connections) connection.destroy()
            })
          server.off('error', reject)
          server.on('error', (error) => log.error(`The server of port ${port} failed: ${describeError(error)}`))
          resolveListening({ port: (server.address() as AddressInfo).port, server, close })
        })
      })
    },

    handle(request, response) {
      const rest = restOf(request.url)
      if (rest === undefined) return false
      handleHttp(parts, rest, request, response)
      return true
    },

    serve(reference, view = {}) {
      const defaults = Object.fromEntries(Object.entries(view).map(([name, value]) => [name, String(value)]))
      return (request, response) => handleMounted(parts, () => resolve(reference), defaults, request, response)
    },

    handleUpgrade(request, stream, head) {
      const rest = restOf(request.url)
      if (rest === undefined) return false
      // A link that breaks during the handshake is nobody's error.
      stream.on('error', destroyIt)
      if (isDraining) refuseUpgrade(stream, 503, 'This node is stopping. Come back.')
      else if (!parts.isOriginAllowed(request.headers)) {
        counters.rejected++
        refuseUpgrade(stream, 403, 'This origin is not allowed. The server has logged which setting allows it.')
      } else if (rest === '/connect')
        webSockets.upgrade(request, stream, head, (socket, handshake) => hub.connect(socket, handshake))
      else upgradeChannel(parts, webSockets, rest, { request, stream, head })
      return true
    },

    connect(socket, handshake) {
      registry.assertComplete()
      const outbox = new FramedOutbox(socket, ticker, limits, clock.elapsed())
      return parts.openSession(outbox, handshake, { isOneWay: false })
    },

    drain({ spreadMs = 5_000, timeoutMs = 10_000 } = {}) {
      isDraining = true
      held.releaseAll()
      for (const session of [...sessions]) session.drain(Math.round(randomness.fraction() * spreadMs))
      ticker.writeAll()
      return new Promise<void>((resolveDrained) => {
        const finish = () => {
          cancel()
          whenNoLinks.delete(finish)
          resolveDrained()
        }
        const cancel = clock.after(timeoutMs, finish)
        if (links.size === 0) finish()
        else whenNoLinks.add(finish)
      })
    },

    async close() {
      stopLooking()
      isDraining = true
      held.releaseAll()
      for (const server of servers) detachFrom(server, hub)
      for (const session of [...sessions]) session.drain(0)
      ticker.writeAll()
      feeds.closeAll()
      if (!options.broker) await broker.close()
    },
  }
  return hub
}

type Watcher = (session: SessionInfo) => unknown

/** One listener for all sockets: of ten thousand idle ones, each keeps what its listeners remember. */
function destroyIt(this: Duplex): void {
  this.destroy()
}
