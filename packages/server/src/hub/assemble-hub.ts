import type { Server } from 'node:http'
import { type AnyChannel, audit, BaroError, type ChannelTypes, type Reference, type Snapshot } from '@baro/core'
import { type Clock, consoleLog, pooledRandomness, type Recover, type StreamSource, whenHere } from '@baro/core/broker'
import { assertFunction, checkedOptions, createId, here, nameOf, orThrow, quote } from '@baro/core/protocol'
import { Allowances, LinkAllowance } from '../access/allowances.ts'
import { AtWorkTogether } from '../access/at-work.ts'
import { Connections } from '../access/connections.ts'
import { Gate, type GateParts } from '../access/gate.ts'
import { Hearing } from '../access/hearing.ts'
import { networkOf } from '../access/network-of.ts'
import { createOriginCheck } from '../access/origins.ts'
import { Permits } from '../access/permits.ts'
import { Revocations } from '../access/revocations.ts'
import { ServerKeys } from '../access/server-keys.ts'
import { Turnstile } from '../access/turnstile.ts'
import type { AnyHandlers, Identity } from '../channel/handlers.ts'
import { Hooks } from '../channel/hooks.ts'
import { own } from '../channel/own.ts'
import { createRegistry, type Resolved } from '../channel/registry.ts'
import { Delegate, type Delegating } from '../delegate/delegate.ts'
import { Outbox } from '../delivery/outbox.ts'
import { Ticker } from '../delivery/ticker.ts'
import { inspectNode } from '../inspection/inspect-node.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'
import { createCounters } from '../observe/counters.ts'
import { Journal } from '../observe/journal.ts'
import { logTroubles } from '../observe/log-troubles.ts'
import { Observation } from '../observe/observation.ts'
import { embeddedReads } from '../page-cache/embedded-reads.ts'
import { keepPages } from '../page-cache/keep-pages.ts'
import { createMemoryPageStore } from '../page-cache/memory-page-store.ts'
import { PageCache } from '../page-cache/page-cache.ts'
import { PageJudge } from '../page-cache/page-judge.ts'
import { RedactedPages, withoutRedacted } from '../page-cache/redacted-pages.ts'
import { knownMark, RenderRecord, RenderRecords } from '../page-cache/render-record.ts'
import { tagOfPath, tagOfPlace } from '../page-cache/tag-of-place.ts'
import { OpenParticipant } from '../participant/open-participant.ts'
import { Pollers } from '../polling/pollers.ts'
import { defaultLimits } from '../ports/limits.ts'
import { Attendance } from '../presence/attendance.ts'
import { Appender } from '../publish/appender.ts'
import { ClaimedWork } from '../publish/claimed-work.ts'
import { ClaimsEpoch } from '../publish/claims-epoch.ts'
import { Mutes } from '../publish/mutes.ts'
import { Publisher } from '../publish/publisher.ts'
import { Redactor } from '../publish/redactor.ts'
import { Signals } from '../publish/signals.ts'
import { type OpenSession, Session } from '../session/session.ts'
import { FramedOutbox } from '../session/session-outbox.ts'
import { Sessions } from '../session/sessions.ts'
import { brokerSource } from '../stream/broker-source.ts'
import { Feeds } from '../stream/feeds.ts'
import { ForeignEvents } from '../stream/foreign-events.ts'
import { Heads } from '../stream/heads.ts'
import { silentSource } from '../stream/silent-source.ts'
import { takeSnapshot } from '../stream/snapshots.ts'
import { nodeClock } from '../system/node-clock.ts'
import { Bookmarks } from '../transports/channel-url/bookmarks.ts'
import { publishByPost } from '../transports/channel-url/channel-post.ts'
import { endStream, readChannel } from '../transports/channel-url/channel-read.ts'
import { upgradeChannel } from '../transports/channel-url/channel-socket.ts'
import { bytesOf } from '../transports/http/answer.ts'
import { FairTurns } from '../transports/http/fair-turns.ts'
import { HeldRequests } from '../transports/http/held-requests.ts'
import { LateRefusals } from '../transports/http/late-refusals.ts'
import { connectByPost } from '../transports/sdk/connect-post.ts'
import { publishManyByPost } from '../transports/server/publish-post.ts'
import { revalidateByPost } from '../transports/server/revalidate-post.ts'
import { createWebSocketTransport } from '../transports/websocket/websocket.ts'
import { answerWhy } from './answer-why.ts'
import { assertHttp1, attachTo, detachFrom } from './attach.ts'
import { docsOf } from './explanation.ts'
import type { GatewayHost } from './gateway.ts'
import { Gateways } from './gateways.ts'
import type { Hub, HubOptions } from './hub.ts'
import {
  disconnectRules,
  drainRules,
  hubOptionRules,
  muteRules,
  observerRules,
  participantRules,
  principalRules,
  publishRules,
  redactRules,
  revokeRules,
  signalRules,
  socketViewRules,
  viewRules,
  whyRules,
} from './hub-option-rules.ts'
import { listen } from './listen.ts'
import { Routes } from './routes.ts'
import { servedPath } from './served-path.ts'
import { SocketMounts } from './socket-mounts.ts'

/** The guards that a test bed may replace, to show that each is needed. */
export interface Guards {
  readonly recover: Recover
  /** Default: a `Permits`. */
  readonly createPermits?: ((clock: Clock) => Permits) | undefined
  /** Default: a `Gate`. */
  readonly createGate?: ((parts: GateParts) => Gate) | undefined
}

/** Makes the parts of a hub, and gives each part what it uses. */
export function assembleHub(given: HubOptions, guards: Guards): Hub {
  const { recover, createPermits = (own) => new Permits(own), createGate = (parts) => new Gate(parts) } = guards
  const options = checkedOptions('createHub', given, hubOptionRules)
  const {
    channels,
    auth = () => undefined,
    keys = [],
    origins = [],
    trustProxy = 0,
    development = process.env.NODE_ENV !== 'production',
    compression = {},
    heartbeatIntervalMs = 25_000,
    publishWindowMs = 120_000,
    leaveAfterMs = 2_000,
    memberLeaseMs = 15_000,
    maxJournalBytes = 20 << 20,
    log = consoleLog,
    clock = nodeClock,
    randomness = pooledRandomness,
    broker = createMemoryBroker({ clock, randomness }),
    pageStore: givenPageStore = createMemoryPageStore({ clock }),
    pagePolicy = {},
  } = options
  const limits = { ...defaultLimits, ...options.limits }
  const path = servedPath('createHub', options.path ?? '/baro')
  const counters = createCounters()
  const observation = new Observation({ clock, log })
  const { observing } = observation
  const journal = new Journal({ nowMs: clock.now(), maxBytes: maxJournalBytes })
  if (maxJournalBytes > 0) observation.observe(journal.observer)
  observation.observe(logTroubles(log, (code) => docsOf(path, code)))
  const hooks = new Hooks(log)
  const registry = createRegistry(channels, {
    pageOf: (set, asked) => broker.presence.members(set, asked),
    redact: (owner, what, how) => redactor.redact(owner, what, how),
    mute: (owner, asked, by) => mutes.mute(owner, asked, by),
  })
  const permits = createPermits(clock)
  const gate = createGate({
    auth,
    keys: new ServerKeys({ keys, clock, limits, log }),
    clock,
    permits,
    limits,
    log,
    observing,
  })
  const hearing = new Hearing({ broker, clock, log })
  const revocations = new Revocations({ permits, broker, hearing, clock, randomness })
  const allowances = new Allowances({ clock, limits, log })
  const connections = new Connections({ limits, counters, log })

  const ticker = new Ticker(clock, counters)
  const table = channels.find((definition) => definition.table)
  if (table && !options.database)
    throw new BaroError(
      'bad-definition',
      `createHub: ${quote(table.pattern.text)} shows the rows of a table. Give "database": what createDatabase() returned.`,
    )
  const database = options.database?.open({
    ...{ broker, channels, clock, randomness, log, catchUpBytes: limits.catchUpBytes },
    isChannel: (name) => registry.resolve(name).ok,
    append: async (channel, entries, cursor, history) => {
      const resolved = registry.resolve(channel)
      await (resolved.ok
        ? appender.appendFed(resolved.value, entries, cursor)
        : appender.appendUnfolded(channel, history, entries, cursor))
    },
  })
  const viewOf = ({ channel, params, definition, handlers, members }: Resolved): StreamSource | undefined => {
    if (members !== undefined) return silentSource
    const { snapshot } = handlers
    if (snapshot?.kind === 'polled') return pollers.sourceOf({ channel, params, definition, handlers }, snapshot)
    return database?.sourceOf({
      channel,
      params,
      definition,
      snapshot: snapshot?.kind === 'queried' ? snapshot : undefined,
    })
  }
  const sourceOf = (resolved: Resolved) => viewOf(resolved) ?? brokerSource(broker, resolved.channel)
  const heads = new Heads({ broker, viewOf, clock })
  const foreignEvents = new ForeignEvents(log)
  const feeds = new Feeds({
    ...{ broker, sourceOf, clock, ticker, limits, counters, observing, log, recover, heads, foreignEvents },
  })
  const sessions = new Sessions({ clock, randomness, counters, hooks, observing, heartbeatIntervalMs })

  // A repeat that a client sends at the end of the window may be on its way for as long as a session may be silent. It
  // must still find the claim (I5).
  const claimWindowMs = publishWindowMs + 4 * heartbeatIntervalMs
  // A timer later, so that the publish that found it out is answered before its session ends.
  const claimsEpoch = new ClaimsEpoch(broker, clock, (epoch) => clock.after(0, () => sessions.claimsLost(epoch)))
  const claimedWork = new ClaimedWork({ broker, claimsEpoch, counters, log, clock, claimWindowMs })
  const appender = new Appender({ broker, clock, feeds, heads, counters, observing })
  const node = createId(randomness)
  const pollers = new Pollers({ broker, appender, clock, randomness, log, node })
  const auditOf = ({ channel }: Resolved) => orThrow(registry.resolve(audit({ channel }).channel))
  const mutes = new Mutes({ feeds, appender, clock, randomness, auditOf })
  const publisher = new Publisher({ mutes, appender, claimedWork, broker, randomness, clock, log, observing })
  const signals = new Signals(broker, observing)
  const pageStore = withoutRedacted(givenPageStore, registry)
  const redactedPages = new RedactedPages({ store: pageStore, broker, hearing, clock, log, node })
  const redactor = new Redactor({
    auditOf,
    ...{ broker, appender, feeds, heads, clock, randomness, observing },
    stale: (channel) => redactedPages.stale(channel),
  })

  const attendance = new Attendance({
    ...{ clock, hooks, log, leaveAfterMs, memberLeaseMs },
    presence: broker.presence,
    node,
    maxListedMembers: limits.maxListedMembers,
    isAlone: !options.broker,
    find(channel) {
      const resolved = registry.resolve(channel)
      return resolved.ok ? resolved.value : undefined
    },
  })
  const atWorkTogether = new AtWorkTogether(limits)
  const acting = {
    gate,
    allowances,
    attendance,
    feeds,
    counters,
    observing,
    publisher,
    signals,
    clock,
    limits,
    atWorkTogether,
  }
  const delegating: Delegating = (principal) => new Delegate(acting, principal)
  const participating = { registry, gate, permits, sessions, delegating, claimsEpoch, randomness, observing, log }

  const sessionRules = {
    ...{ heartbeatIntervalMs, connectTimeoutMs: limits.connectTimeoutMs },
    askAfterMs: heartbeatIntervalMs,
    // So that two heartbeats had no answer, with time to spare.
    silentAfterMs: 3 * heartbeatIntervalMs,
  }
  const sessionParts = {
    ...{ registry, gate, sessions, allowances, connections, permits, delegating, claimsEpoch, randomness },
    ...{ clock, counters, observing, limits, sessionRules, publishWindowMs },
  }
  const openSession: OpenSession = (outbox, handshake, link) => {
    const session = new Session(sessionParts, outbox, handshake, link)
    sessions.started(session)
    session.begin()
    return session
  }

  const held = new HeldRequests()
  const turns = new FairTurns(clock, limits.timesPerAddress)
  const webSockets = createWebSocketTransport({
    clock,
    turns,
    maxMessageBytes: limits.maxMessageBytes,
    compressFromBytes: compression === false ? undefined : (compression.thresholdBytes ?? 1_024),
    log,
  })
  const streaming = {
    gate,
    sessions,
    allowances,
    connections,
    permits,
    delegating,
    ticker,
    limits,
    counters,
    observing,
    clock,
    randomness,
    heartbeatIntervalMs,
  }
  const reading = { ...streaming, feeds, held }
  const posting = { gate, turns, allowances, delegating, limits, clock }
  const programming = { ...posting, registry }
  const marking = { ...programming, mark: async (tags: readonly string[]) => pageStore.mark(tags) }
  const turnstile = new Turnstile({ clock, allowances })
  const connecting = { clock, turns, allowances, turnstile, ticker, limits, openSession, heartbeatIntervalMs }
  const upgrading = { ...streaming, registry, webSockets, bookmarks: new Bookmarks() }
  const mounts = new SocketMounts(path)
  const gateways = new Gateways(path)
  const routes = new Routes({
    path,
    registry,
    mounts,
    gateways,
    gate,
    sessions,
    counters,
    broker,
    observing,
    clock,
    limits,
    heartbeatIntervalMs,
    lateRefusals: new LateRefusals({ clock, randomness, held }),
    turns,
    allowances,
    turnstile,
    isOriginAllowed: createOriginCheck({ origins, development, log }),
    trustProxy,
    destinations: {
      read: (read) => readChannel(reading, read),
      endStream: (request, response, refusal) => endStream(reading, request, response, refusal),
      publish: (resolved, request, response, handshake) =>
        publishByPost(posting, resolved, request, response, handshake),
      publishMany: (request, response, handshake) => publishManyByPost(programming, request, response, handshake),
      revalidate: (request, response, handshake) => revalidateByPost(marking, request, response, handshake),
      connect: (request, response, handshake) => connectByPost(connecting, request, response, handshake),
      upgradeConnect: (upgrade) => webSockets.upgrade(upgrade, (socket) => hub.connect(socket, upgrade.handshake)),
      upgradeChannel: (place, upgrade) => upgradeChannel(upgrading, place, upgrade),
    },
  })

  const records = new RenderRecords()
  const judge = new PageJudge({ store: pageStore, heads, registry, viewOf, clock })
  const cache = new PageCache({ store: pageStore, judge, records, clock, log })
  const keeping = { cache, trustProxy }

  const servers = new Set<Server>()
  const resolve = (reference: Reference): Resolved => {
    registry.assertComplete()
    return orThrow(registry.resolve(nameOf(reference)))
  }
  /** Takes no new session, and tells all to come back. */
  const stop = (spreadMs: number): void => {
    attendance.stop()
    sessions.dismiss(spreadMs)
    held.releaseAll()
    ticker.writeAll()
  }

  const inspection = inspectNode({ node, sessions, feeds, registry, journal, counters, broker, clock, limits })
  const host: GatewayHost = {
    ...{
      clock,
      randomness,
      log,
      limits,
      heartbeatIntervalMs,
      broker,
      channels,
      inspection,
      isDevelopment: development,
    },
    get isStopping() {
      return sessions.isStopping
    },
    isChannel: (name) => registry.resolve(name).ok,
    hasMembers: (channel) => registry.resolve(here({ channel }).channel).ok,
    async authenticate(handshake, token) {
      try {
        return await gate.authenticateInTime(handshake.headers, token)
      } catch (error) {
        const { address } = handshake
        if (address !== undefined) allowances.refused(networkOf(address), true)
        throw gate.explain(error, 'auth')
      }
    },
    inTurn: ({ address }, run) => turns.take(address, run),
    async program({ headers, address }) {
      const network = address === undefined ? undefined : networkOf(address)
      try {
        const key = await gate.keyIn(headers)
        if (!key) return undefined
        const principal = { key, address: network }
        const delegate = delegating(principal)
        const admitted = (name: string): Resolved => {
          allowances.admit(principal, 1)
          return resolve({ channel: name })
        }
        return {
          publish: async (name, type, payload) => delegate.publishAsServer(admitted(name), key, [{ type, payload }]),
          signal: async (name, type, payload) => delegate.signalAsServer(admitted(name), key, type, payload),
        }
      } catch (error) {
        if (network !== undefined) allowances.refused(network, true)
        throw error
      }
    },
    hasSignal: (name, type) => {
      const resolved = registry.resolve(name)
      return resolved.ok && own(resolved.value.definition.signals, type) !== undefined
    },
    openWebSocket: (upgrade, connect) =>
      webSockets.upgrade(upgrade, (socket) => {
        const outbox = new Outbox(socket, ticker, limits, clock.elapsed())
        return connect(socket, outbox)
      }),
    bodyOf: (request, maxBytes) => bytesOf(request, maxBytes, { clock, limits }),
    link: ({ address }) => {
      const sharing: { user: Identity | undefined; readonly address: string | undefined } = {
        user: undefined,
        address: address === undefined ? undefined : networkOf(address),
      }
      const connection = connections.open(sharing)
      const allowance = new LinkAllowance(allowances, sharing)
      const knownAs = (user: Identity) => {
        connection.become({ ...sharing, user })
        sharing.user = user
        allowance.known()
      }
      return { spend: (messages, bytes) => allowance.spend(messages, bytes), knownAs, end: () => connection.end() }
    },
    publish: (name, type, payload, id) => publisher.publishAs(resolve({ channel: name }), type, payload, id),
    signal: async (name, type, payload, mark) => {
      const resolved = resolve({ channel: name })
      await signals.send(resolved, type, await signals.validate(resolved, type, payload), { mark })
    },
    explain: (error, where) => gate.explain(error, where),
  }

  const hub: Hub = {
    path,
    counters,

    on: ((target: unknown, action: unknown) => {
      if (target === 'connected' || target === 'disconnected') {
        assertFunction(`hub.on("${target}")`, action)
        return sessions.watch(target, action as Parameters<Sessions['watch']>[1])
      }
      if (typeof target === 'function') return registry.register(target as AnyChannel, action as AnyHandlers)
      throw new BaroError(
        'bad-definition',
        `hub.on does not know ${quote(target)}. Pass a channel definition, "connected" or "disconnected".`,
      )
    }) as Hub['on'],

    observe: (observer) => observation.observe(checkedOptions('hub.observe', observer, observerRules)),
    why: (asked = {}) => answerWhy({ journal, feeds, registry, limits }, checkedOptions('hub.why', asked, whyRules)),

    publish: async (reference, type, payload, how) =>
      publisher.publish(
        resolve(reference),
        [{ type, payload }],
        how && checkedOptions('hub.publish', how, publishRules).id,
      ),
    redact: async (reference, what, how = {}) =>
      redactor.redact(resolve(reference), what, checkedOptions('hub.redact', how, redactRules)),
    async mute(reference, whom) {
      const { by, ...asked } = checkedOptions('hub.mute', whom, muteRules)
      await mutes.mute(resolve(reference), asked, by)
    },
    async published(id) {
      if (!database)
        throw new BaroError('bad-definition', 'hub.published waits for a database. Give "database" to createHub.')
      registry.assertComplete()
      await database.published(id)
    },
    async signal(reference, type, payload, how = {}) {
      const { to, key } = checkedOptions('hub.signal', how, signalRules)
      const resolved = resolve(reference)
      await signals.send(resolved, type, await signals.validate(resolved, type, payload), { to, key })
    },
    async snapshot<T extends ChannelTypes>(reference: Reference<T>) {
      const resolved = resolve(reference)
      if (!gate.isPublic(resolved)) records.assertMayBeRead(quote(resolved.channel))
      const snapshot = await takeSnapshot(feeds, resolved)
      records.current?.add(snapshot)
      return snapshot as Snapshot<T>
    },
    async revoke(what) {
      const { user, channel } = checkedOptions('hub.revoke', what, revokeRules)
      await revocations.end(user, { channel: channel && resolve(channel).channel })
    },
    disconnect: async (who) => revocations.end(checkedOptions('hub.disconnect', who, disconnectRules).user, undefined),
    isPublic: (reference) => gate.isPublic(resolve(reference)),
    open(principal = {}, participantOptions = {}) {
      checkedOptions('hub.open', principal, principalRules)
      checkedOptions('hub.open', participantOptions, participantRules)
      if (principal.user) records.assertMayBeRead(`What the user ${quote(principal.user.id)} may read`)
      return new OpenParticipant(participating, principal, participantOptions)
    },
    pages: (handler, pagesOptions) => keepPages(keeping, handler, { policy: pagePolicy, ...pagesOptions }),
    pageParts: {
      ...{ store: pageStore, judge, records, policy: pagePolicy },
      now: () => clock.now(),
      inFrontOf: (framework, saidBy, pagesOptions) =>
        keepPages(keeping, framework, { policy: pagePolicy, ...pagesOptions }, saidBy),
      tagOf: tagOfPath,
      embeddedReads: (body) => embeddedReads(body, (channel) => judge.versionOf(channel)),
      recorded: (path, work) =>
        whenHere(knownMark(pageStore), (mark) =>
          records.run(new RenderRecord({ path, isShared: false, isKept: false, mark, began: clock.now() }), work),
        ),
    },
    async revalidate(what) {
      await pageStore.mark([typeof what === 'string' ? tagOfPlace(what) : `channel:${resolve(what).channel}`])
    },

    attach(server) {
      registry.assertComplete()
      assertHttp1(server)
      servers.add(server)
      attachTo(server, hub)
    },
    listen: (port, host, tls) => listen({ attach: hub.attach, log, limits }, port, host, tls),
    handle: (request, response) => routes.handle(request, response),
    handleUpgrade: (request, stream, head) => routes.handleUpgrade(request, stream, head),
    serve: (reference, view = {}) => {
      nameOf(reference)
      const defaults = queryOf(checkedOptions('hub.serve', view, viewRules))
      return (request, response) => routes.answerMounted(reference, defaults, request, response)
    },
    serveSockets: (mountPath, channel, view = {}) =>
      mounts.add(mountPath, channel as Parameters<SocketMounts['add']>[1], {
        ...checkedOptions('hub.serveSockets', view, socketViewRules),
      }),

    addGateway(make) {
      registry.assertComplete()
      gateways.add(make(host))
    },

    connect(socket, handshake) {
      registry.assertComplete()
      const outbox = new FramedOutbox(socket, ticker, limits, clock.elapsed())
      return openSession(outbox, handshake, { isOneWay: false })
    },

    async drain(drainOptions = {}) {
      const { spreadMs = 5_000, timeoutMs = 10_000 } = checkedOptions('hub.drain', drainOptions, drainRules)
      stop(spreadMs)
      return sessions.whenGone(timeoutMs)
    },

    async close() {
      sessions.close()
      attendance.close()
      hearing.close()
      for (const server of servers) detachFrom(server, hub)
      stop(0)
      await gateways.close()
      inspection.close()
      feeds.closeAll()
      pollers.close()
      redactedPages.close()
      await database?.close()
      if (!options.broker) await broker.close()
      if (!options.pageStore) await pageStore.close()
    },
  }
  return hub
}

/** The options of `serve` as a query. Options have milliseconds, a query has seconds. */
function queryOf({ view, waitMs, live }: NonNullable<Parameters<Hub['serve']>[1]>): Readonly<Record<string, string>> {
  return {
    ...(view && { view }),
    ...(waitMs !== undefined && { wait: String(waitMs / 1_000) }),
    ...(live && { live }),
  }
}
