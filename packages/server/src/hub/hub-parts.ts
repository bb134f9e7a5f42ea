import type { BaroError, Broker, HubClock, Log, Randomness } from '@baro/core'
import type { OriginCheck } from '../access/origins.ts'
import type { AccessContext, ChannelContext, Credentials, Identity } from '../channel/handlers.ts'
import type { Registry, Resolved } from '../channel/registry.ts'
import type { Ticker } from '../delivery/ticker.ts'
import type { Counters } from '../observe/counters.ts'
import type { Limits } from '../ports/limits.ts'
import type { Handshake, SessionLink } from '../ports/socket.ts'
import type { ClaimsEpoch } from '../publish/claims-epoch.ts'
import type { Publisher } from '../publish/publisher.ts'
import type { SessionRules } from '../session/session-machine.ts'
import type { SessionOutbox } from '../session/session-outbox.ts'
import type { Feeds } from '../stream/feeds.ts'
import type { HeldRequests } from '../transports/http/held-requests.ts'

/** What a hub sees of its sessions. */
export interface HubSession {
  readonly id: string
  readonly user: Identity | undefined
  /** Time has passed: send a heartbeat, or find that nobody is there. */
  tick(atMs: number): void
  /** Tells the client when to come back, and closes. */
  drain(reconnectInMs: number): void
  /** What was remembered of publishes is lost. */
  claimsLost(epoch: string): void
}

/** What sessions and transports need of their hub. */
export interface HubParts {
  readonly broker: Broker
  readonly clock: HubClock
  readonly randomness: Randomness
  readonly log: Log
  readonly limits: Limits
  readonly counters: Counters
  readonly registry: Registry
  readonly ticker: Ticker
  readonly feeds: Feeds
  readonly publisher: Publisher
  readonly claimsEpoch: ClaimsEpoch
  readonly held: HeldRequests
  readonly sessionRules: SessionRules
  readonly publishWindowMs: number
  readonly isOriginAllowed: OriginCheck
  /** Whether the node is stopping: it takes nobody new. */
  isDraining(): boolean
  /** An id nobody else has. */
  newId(): string
  /** Who this is; rejects with `unauthenticated`. */
  authenticate(credentials: Credentials): Promise<Identity | undefined>
  /** Rejects with `refused` unless the channel's rule allows it. */
  assertAllowed(resolved: Resolved, context: ChannelContext, action: AccessContext['action']): Promise<void>
  /** Sends a signal to everybody who is connected to the channel. */
  signal(resolved: Resolved, type: string, payload: unknown, by: string | undefined): Promise<void>
  /** Calls `joined`, `left` and their like: an exception is logged and hurts nobody. */
  runHook<Context>(hook: ((context: Context) => unknown) | undefined, context: Context): void
  /** What a client is told of an error: ours as it is, the application's logged and hidden. */
  explain(error: unknown, channel: string): BaroError
  /** Opens a session of the SDK; one-way where the client cannot speak after its first messages. */
  openSession(outbox: SessionOutbox, handshake: Handshake, options: { readonly isOneWay: boolean }): SessionLink
  /** Counts a stream among the sessions: it gets ticks, and is told of a drain. */
  sessionStarted(session: HubSession): void
  /** The session was let in; applications that watch are told. */
  sessionOpened(session: HubSession): void
  /** It has ended: no ticks any more, though its link may last until the goodbye has arrived. */
  sessionEnded(session: HubSession): void
  /** Its link is gone too. */
  linkGone(session: HubSession): void
}
