import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type {
  AnyChannel,
  Broker,
  ChannelDefinition,
  ChannelTypes,
  HubClock,
  InputOf,
  Log,
  Randomness,
  Reference,
  Snapshot,
} from '@baro/core'
import type { Principal } from '../access/principal.ts'
import type { Auth, ChannelHandlers, Published, SessionInfo } from '../channel/handlers.ts'
import type { Counters } from '../observe/counters.ts'
import type { Participant, ParticipantOptions } from '../participant/participant.ts'
import type { Limits } from '../ports/limits.ts'
import type { Handshake, SessionLink, Socket } from '../ports/socket.ts'
import type { Listening } from './listen.ts'

/** What `createHub` takes. */
export interface HubOptions {
  /** Every channel there is; two patterns that can match one name are refused. */
  readonly channels: readonly AnyChannel[]
  /** Orders, keeps and spreads the publications. Default: a memory broker of its own. */
  readonly broker?: Broker
  /** Finds out who a client is. Default: everybody is a guest. */
  readonly auth?: Auth
  /** Origins that may connect besides the page's own, for example `['https://shop.example']`. */
  readonly origins?: readonly string[]
  /** Allows other ports of this machine as origins. Default: `NODE_ENV` is not `production`. */
  readonly development?: boolean
  /** Where the hub is served. Default `'/baro'`. */
  readonly path?: string
  /**
   * Compresses what goes to WebSockets that can take it, once for all of them (permessage-deflate), if the message is at
   * least `thresholdBytes` long. Default `{ thresholdBytes: 1024 }`; `false` never does. Say `false` where a message
   * carries a secret beside text that an attacker chooses.
   */
  readonly compression?: false | { readonly thresholdBytes?: number }
  readonly limits?: Partial<Limits>
  /** The hub is never silent for longer; twice as long without a sign of life ends a link. Default 25,000. */
  readonly heartbeatIntervalMs?: number
  /** How long a publish may be repeated with its id and gets the first answer (I5). Default 120,000. */
  readonly publishWindowMs?: number
  /** Where the hub says what a person should know. Default `console`. */
  readonly log?: Log
  /** Default: the machine's. While a test's clock stands still, nothing is sent, not even the answer to a GET. */
  readonly clock?: HubClock
  readonly randomness?: Randomness
}

/** The hub: the server's side of every channel on this node. */
export interface Hub {
  /** Where it is served, for example `/baro`. */
  readonly path: string
  readonly counters: Readonly<Counters>

  /**
   * Says what the server does with a channel: who may read it, and what clients may send.
   *
   * @throws {BaroError} `bad-definition` if the definition is not among `channels` or has handlers already, if there is no
   * access rule, or if a handler is for a type it does not define.
   */
  on<T extends ChannelTypes>(definition: ChannelDefinition<T>, handlers: ChannelHandlers<T>): void
  /** Calls `run` whenever a session has connected, or is gone. Returns how to stop. */
  on(moment: 'connected' | 'disconnected', run: (session: SessionInfo) => unknown): () => void

  /**
   * Publishes for the application. Resolves after the append.
   *
   * @param options.id Makes it idempotent: the same id within the publish window gets the first answer.
   * @throws {BaroError} `invalid-payload`, `not-accepted`, `unknown-channel`, `unavailable`.
   */
  publish<T extends ChannelTypes, Type extends keyof T['events'] & string>(
    reference: Reference<T>,
    type: Type,
    payload: InputOf<T['events'][Type]>,
    options?: { readonly id?: string },
  ): Promise<Published>

  /** Sends a signal to everybody who is connected to the channel. */
  signal<T extends ChannelTypes, Type extends keyof T['signals'] & string>(
    reference: Reference<T>,
    type: Type,
    payload: InputOf<T['signals'][Type]>,
  ): Promise<void>

  /**
   * The newest value of a channel at its position: what a page embeds.
   *
   * @throws {BaroError} `bad-name`, `unknown-channel`, `unavailable`, or whatever a `loaded` source throws.
   */
  snapshot<T extends ChannelTypes>(reference: Reference<T>): Promise<Snapshot<T>>

  /** Whether anybody may read the channel, so that its snapshot may stand in a shared page. */
  isPublic(reference: Reference): boolean

  /**
   * Opens a session in this process: it follows, publishes, signals and asks as a client does, under the rules and through
   * the handlers of the channels, without a link or a byte. For gateways that speak another protocol, for bots and tools.
   * It counts as a session, is told to those who watch `connected`, and ends when the node stops.
   *
   * @throws {BaroError} `unavailable` if the node is stopping.
   *
   * @example
   * ```ts
   * const bot = hub.open({ user: { id: 'bot' } })
   * bot.follow(room({ id: 42 }), 'now', {
   *   delivered: ({ publications }) => console.log(publications),
   *   reset: (reason, { value }) => console.log(reason, value),
   *   failed: (error) => console.error(error.message),
   * })
   * await bot.publish(room({ id: 42 }), 'message', { text: 'Hello' })
   * bot.end()
   * ```
   */
  open(principal?: Principal, options?: ParticipantOptions): Participant

  /** Serves the hub on an HTTP server, beside whatever it serves already. Calling it again changes nothing. */
  attach(server: Server): void
  /** Serves the hub alone. Port 0 takes a free one. */
  listen(port: number, host?: string): Promise<Listening>
  /** Answers a request if it is under the hub's path; returns whether it did. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
  /**
   * A plain request handler for one channel, to mount at a path of the application's own. `view` and `waitMs` are what a
   * request gets that does not ask for something else; `live: 'sse'` makes it an event stream.
   *
   * @example
   * ```ts
   * app.get('/api/messages', hub.serve(room({ id: 1 }), { view: 'state' }))
   * app.get('/api/events', hub.serve(room({ id: 1 }), { view: 'payload', live: 'sse' }))
   * ```
   */
  serve(
    reference: Reference,
    view?: { readonly view?: 'publication' | 'payload' | 'state'; readonly waitMs?: number; readonly live?: 'sse' },
  ): (request: IncomingMessage, response: ServerResponse) => void
  /** Takes an upgrade if it is under the hub's path; returns whether it did. */
  handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): boolean
  /** Opens a session on a socket. What every stream transport calls. */
  connect(socket: Socket, handshake: Handshake): SessionLink

  /**
   * Stops gracefully: every client is told when to come back, at a random moment within `spreadMs`, and is closed; new
   * ones are refused. Resolves when the last link is gone, or after `timeoutMs`.
   */
  drain(options?: { readonly spreadMs?: number; readonly timeoutMs?: number }): Promise<void>
  /** Ends everything at once, detaches from its servers, and lets go of the broker if the hub made it. */
  close(): Promise<void>
}
