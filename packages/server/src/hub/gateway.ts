import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { BaroError, Log } from '@baro/core'
import type { Broker, HubClock, NowOrLater, Randomness } from '@baro/core/broker'
import type { Identity, Published } from '../channel/handlers.ts'
import type { Limits } from '../ports/limits.ts'
import type { Handshake } from '../ports/socket.ts'

/**
 * What speaks the protocol of a foreign client. It has a path of its own, on every server that the hub is attached to.
 *
 * Duties: it asks {@link GatewayHost.authenticate} for each client, follows and publishes for it by `hub.open`, and
 * bounds what it takes from it by {@link GatewayHost.allowance} and what waits for it by the queue of its outlets (I7).
 * The hub has checked the origin, and the allowance of the address, before it calls.
 */
export interface Gateway {
  /** What all of its URLs begin with, for example `/socket.io`. */
  readonly path: string
  /** Answers a request. Resolves when the answer is given, or its client is gone. */
  handle(request: IncomingMessage, response: ServerResponse, handshake: Handshake): Promise<void>
  /** Takes an upgrade, or refuses it. */
  handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer, handshake: Handshake): void
  /** Ends all that is open. The hub closes; nothing of it is called afterwards. */
  close(): Promise<void>
}

/** What a hub gives a gateway. */
export interface GatewayHost {
  readonly clock: HubClock
  readonly randomness: Randomness
  readonly log: Log
  readonly limits: Limits
  readonly heartbeatIntervalMs: number
  /** What a gateway keeps for itself goes into channels that no definition matches. */
  readonly broker: Pick<Broker, 'append' | 'read' | 'tell' | 'hear'>
  /** Whether the node takes no new client. */
  readonly isStopping: boolean
  /** Whether a definition of the hub matches the name. */
  isChannel(name: string): boolean
  /** Whether it knows who is in it, so that a gateway makes its clients members there, by `track` of their participants. */
  hasMembers(name: string): boolean
  /**
   * Finds out who a client is, as every transport does. A refusal costs the client's address.
   *
   * @throws {BaroError} `unauthenticated`, `expired`, `unavailable`, or as the application's `auth` says.
   */
  authenticate(handshake: Handshake, token: string | undefined): Promise<Identity | undefined>
  /** What a link may send; above it what its address may, until {@link LinkAllowing.knownAs} says whose it is. */
  allowance(handshake: Handshake): LinkAllowing
  /**
   * Publishes for the application, as `hub.publish`, under an id of the gateway, which must hold a ".", so that no client
   * can choose it.
   *
   * @throws {BaroError} As `hub.publish` without an id.
   */
  publish(channel: string, type: string, payload: unknown, id: string): NowOrLater<Published>
  /**
   * Signals for the application, as `hub.signal`. The mark comes with the signal to all gateways, and to nobody else.
   *
   * @throws {BaroError} As `hub.signal`.
   */
  signal(channel: string, type: string, payload: unknown, mark: string | undefined): Promise<void>
  /** The error that a client gets: an error of the application is logged and hidden. */
  explain(error: unknown, where: string): BaroError
}

/** The allowance of one link of a gateway. */
export interface LinkAllowing {
  /** Spends. Returns for how many milliseconds nothing more may be read from the link; then ask again by spending nothing. */
  spend(messages: number, bytes: number): number
  /** Somebody was let in: from now on it counts for the user. */
  knownAs(user: Identity): void
}
