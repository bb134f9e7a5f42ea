import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AnyChannel, BaroError, Log } from '@baro/core'
import type { Broker, HubClock, NowOrLater, Randomness } from '@baro/core/broker'
import type { Identity, Published } from '../channel/handlers.ts'
import type { Outbox } from '../delivery/outbox.ts'
import type { Inspection } from '../inspection/inspection.ts'
import type { Limits } from '../ports/limits.ts'
import type { Handshake, SessionLink } from '../ports/socket.ts'
import type { Upgrade, WebSocketSocket } from '../transports/websocket/websocket.ts'

/**
 * What speaks the protocol of a foreign client. It has a path of its own, on every server that the hub is attached to.
 *
 * Duties: it asks {@link GatewayHost.authenticate} for each client, follows and publishes for it by `hub.open`, and
 * bounds what it takes from it by {@link GatewayHost.link} and what waits for it by the queue of its outlets, and begins
 * what a message leaves to be done later by {@link GatewayHost.inTurn} (I7).
 * The hub has checked the origin, and the allowance of the address, before it calls.
 */
export interface Gateway {
  /** What all of its URLs begin with, for example `/socket.io`: a path as `servedPath` makes it. */
  readonly path: string
  /** Headers of requests, beside those that the hub takes, that pages of other origins may send. Default: none. */
  readonly requestHeaders?: readonly string[]
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
  /** Whether the hub runs for a developer: `development` of `createHub`. */
  readonly isDevelopment: boolean
  /** Looks into this node. No rule is asked: the gateway says who may look. */
  readonly inspection: Inspection
  /** The definitions of the hub. */
  readonly channels: readonly AnyChannel[]
  /** What a gateway keeps for itself goes into channels that no definition matches. */
  readonly broker: Pick<Broker, 'append' | 'read' | 'tell' | 'hear'>
  /** Whether the node takes no new client. */
  readonly isStopping: boolean
  /** Whether a definition of the hub matches the name. */
  isChannel(name: string): boolean
  /** Whether the definition of the channel has a signal of this type. */
  hasSignal(name: string, type: string): boolean
  /** Whether it knows who is in it, so that a gateway makes its clients members there, by `track` of their participants. */
  hasMembers(name: string): boolean
  /**
   * Finds out who a client is, as every transport does. A refusal costs the client's address.
   *
   * @throws {BaroError} `unauthenticated`, `expired`, `unavailable`, or as the application's `auth` says.
   */
  authenticate(handshake: Handshake, token: string | undefined): Promise<Identity | undefined>
  /**
   * Runs what a client asked for and that leaves work for later, such as to follow a channel, in a turn of its address: who
   * asks for a thousand things together has a few of them begun at a time, and others come in between (I7). What waits is
   * bounded by what the links of the address may send.
   */
  inTurn<Result>(handshake: Handshake, run: () => Result | Promise<Result>): Promise<Result>
  /**
   * The program whose server key stands in the headers of a request; `undefined` if none does. A key that does not count
   * costs the address.
   *
   * @throws {BaroError} `unauthenticated`; `origin-refused`, from a browser; `unavailable`.
   */
  program(handshake: Handshake): Promise<Program | undefined>
  /**
   * Counts a link, and what it sends: for its address, until {@link GatewayLink.knownAs} says whose it is.
   *
   * @throws {BaroError} `rate-limited` if its address has as many as it may have.
   */
  link(handshake: Handshake): GatewayLink
  /**
   * Completes the handshake of a WebSocket, whose messages are paid for before they are read, and whose outbox writes once a
   * tick and is bounded, as those of the hub itself.
   *
   * @param connect Takes the open socket; it returns what is told of everything that arrives.
   */
  openWebSocket(upgrade: Upgrade, connect: (socket: WebSocketSocket, outbox: Outbox) => SessionLink): void
  /**
   * The body of a request.
   *
   * @throws {BaroError} `too-large`, `too-slow`.
   */
  bodyOf(request: IncomingMessage, maxBytes: number): Promise<Uint8Array>
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

/** A program with a server key, in one request. What it does is bounded for its key. */
export interface Program {
  /**
   * Publishes as the server: no rule and no handler is asked, but the scope of the key.
   *
   * @throws {BaroError} `refused`, `rate-limited`; otherwise as `hub.publish`.
   */
  publish(channel: string, type: string, payload: unknown): Promise<Published>
  /**
   * Signals as the server.
   *
   * @throws {BaroError} `refused`, `rate-limited`; otherwise as `hub.signal`.
   */
  signal(channel: string, type: string, payload: unknown): Promise<void>
}

/** One link of a gateway. */
export interface GatewayLink {
  /** Spends. Returns for how many milliseconds nothing more may be read from the link; then ask again by spending nothing. */
  spend(messages: number, bytes: number): number
  /**
   * Somebody was let in: from now on it counts for the user.
   *
   * @throws {BaroError} `rate-limited` if the user has as many as they may have.
   */
  knownAs(user: Identity): void
  /** It is gone. Calling it again changes nothing. */
  end(): void
}
