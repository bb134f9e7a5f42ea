import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TlsOptions } from 'node:tls'
import type {
  AnyChannel,
  ChannelDefinition,
  ChannelTypes,
  InputOf,
  Log,
  MuteAsked,
  Reference,
  Snapshot,
} from '@baro/core'
import type { Broker, Database, HubClock, PageStore, Randomness } from '@baro/core/broker'
import type { Principal } from '../access/principal.ts'
import type { KeySource } from '../access/server-keys.ts'
import type { Auth, ChannelHandlers, Published, SessionEnd, SessionInfo, SignalOptions } from '../channel/handlers.ts'
import type { Counters } from '../observe/counters.ts'
import type { HubObserver } from '../observe/hub-events.ts'
import type { WhyAnswer } from '../observe/why.ts'
import type { PagesOptions } from '../page-cache/keep-pages.ts'
import type { PageParts } from '../page-cache/page-parts.ts'
import type { PagePolicy } from '../page-cache/page-policy.ts'
import type { Participant, ParticipantOptions } from '../participant/participant.ts'
import type { Limits } from '../ports/limits.ts'
import type { Handshake, SessionLink, Socket } from '../ports/socket.ts'
import type { Redacted, Redacting } from '../publish/redactor.ts'
import type { WhyAsked } from './answer-why.ts'
import type { Gateway, GatewayHost } from './gateway.ts'
import type { Listening } from './listen.ts'
import type { MountedSocket } from './socket-mounts.ts'

/** What `createHub` takes. */
export interface HubOptions {
  /** All channels of the hub. Two patterns that can match one name are refused. */
  readonly channels: readonly AnyChannel[]
  /** Orders, keeps and spreads the publications. Default: a memory broker of this hub alone. */
  readonly broker?: Broker
  /**
   * Where the rows come from that channels of tables show: what `createDatabase` of `@baro/postgres` returned. Default: none,
   * and a channel of a table is refused.
   */
  readonly database?: Database
  /** Keeps the pages of `hub.pages`. Default: `createMemoryPageStore()`, for this hub alone. */
  readonly pageStore?: PageStore
  /** When a page is good enough, where `hub.pages` or the page itself does not say otherwise. Default: that of `PagePolicy`. */
  readonly pagePolicy?: PagePolicy
  /** Finds out who a client is. Default: everybody is a guest. */
  readonly auth?: Auth
  /**
   * The keys of programs in any language, which publish as the server over HTTP. `createServerKey` makes one. Default: none.
   *
   * @example
   * ```ts
   * createHub({
   *   channels: [room],
   *   keys: [{ name: 'orders', hashes: [hash], channels: ['room:{id}'], actions: ['publish'] }],
   * })
   * ```
   */
  readonly keys?: KeySource
  /**
   * Origins that may connect besides the page's own, for example `['https://shop.example']`. One that no browser could
   * send is refused with `bad-definition`.
   */
  readonly origins?: readonly string[]
  /**
   * How many proxies stand in front of the hub, one behind the other. Their word is taken for who asks
   * (`X-Forwarded-For`), by which scheme (`-Proto`) and for which host (`-Host`). Default 0: no header is believed.
   * Nobody may reach the hub past them: who can would choose an address.
   */
  readonly trustProxy?: number
  /** Allows other ports of this machine as origins. Default: `NODE_ENV` is not `production`. */
  readonly development?: boolean
  /** Where the hub is served. It is percent-encoded as a browser does it. `'/'` is all of a server. Default `'/baro'`. */
  readonly path?: string
  /**
   * Compresses messages of at least `thresholdBytes` bytes for WebSockets that agree to it (permessage-deflate), once
   * for all of them. Default `{ thresholdBytes: 1024 }`; `false` never compresses. Use `false` if a message carries a
   * secret beside text that an attacker chooses.
   */
  readonly compression?: false | { readonly thresholdBytes?: number }
  /** What one client may cost. Default: `defaultLimits`, also for each limit that is left out. */
  readonly limits?: Partial<Limits>
  /**
   * After this much silence of either side the hub sends a heartbeat. A session whose client is silent for three
   * intervals is closed; a client that hears nothing for two intervals reconnects. Default 25,000.
   */
  readonly heartbeatIntervalMs?: number
  /** How long a publish may be repeated with its id or its turn, and gets the first answer (I5). Default 120,000. */
  readonly publishWindowMs?: number
  /**
   * How long a member may be without a link before it has left, in milliseconds: a page that is loaded again neither leaves
   * nor joins. Who comes by requests stays for twice the wait of a request, and for 10,000 at least. Default 2,000.
   */
  readonly leaveAfterMs?: number
  /**
   * How long the members of a node stay after the node was last heard of, in milliseconds. A node renews it every 5,000, so
   * it must be longer. Default 15,000.
   */
  readonly memberLeaseMs?: number
  /**
   * How much memory the journal of this node may take, in bytes: what `hub.why` answers from. It holds who connected,
   * subscribed, recovered, was cut or refused, and never what was said. 0 keeps none. Default 20 MiB.
   */
  readonly maxJournalBytes?: number
  /**
   * Where the hub writes what a person should know, with fields: channel, session, user, code. A `pino` logger fits. Default:
   * the console.
   */
  readonly log?: Log
  /** Default: the machine's clock. While a test's clock stands still, nothing is sent, not even the answer to a GET. */
  readonly clock?: HubClock
  /** Makes ids, epochs and jitter. Default: the randomness of the machine. */
  readonly randomness?: Randomness
}

/** The hub: the server's side of every channel on this node. */
export interface Hub {
  /** Where the hub is served, for example `/baro`, percent-encoded; empty for all of a server. */
  readonly path: string
  /** What the hub has counted since it was made. */
  readonly counters: Readonly<Counters>

  /**
   * Says what the server does with a channel: who may do what, and what clients may send.
   *
   * @throws {BaroError} `bad-definition` if the definition is not among `channels` or has handlers already, if there is no
   * access rule, or if a handler is for a type that the definition does not have.
   *
   * @example
   * ```ts
   * hub.on(room, {
   *   access: ({ user }) => user !== undefined,
   *   events: { message: ({ payload, publish }) => publish('message', payload) },
   * })
   * ```
   */
  on<T extends ChannelTypes>(definition: ChannelDefinition<T>, handlers: ChannelHandlers<T>): void
  /**
   * Calls `run` for each session that has connected, or has ended after that: of the SDK, of a plain WebSocket or event
   * stream, and of `hub.open`. A GET or POST that is answered is none. Returns a function that stops it.
   */
  on(moment: 'connected', run: (session: SessionInfo) => unknown): () => void
  /** The same for sessions that have ended, with the code and the words of their end. */
  on(moment: 'disconnected', run: (session: SessionInfo & SessionEnd) => unknown): () => void

  /**
   * Tells what happens on this node: each event that the observer has a function for. It is called at once, so it must be
   * quick; what it throws is logged. No event holds a payload, a token or a key. While nobody observes an event, it costs
   * nothing.
   *
   * @returns A function that stops it.
   * @throws {BaroError} `bad-definition` if there is no such event.
   *
   * @example
   * ```ts
   * const stop = hub.observe({
   *   refused: ({ user, channel, code }) => console.log(user, channel, code),
   *   delivered: ({ channel, publications, readers }) => console.log(channel, publications * readers),
   * })
   * ```
   */
  observe(observer: HubObserver): () => void
  /**
   * Answers why somebody got a publication of a channel or did not, from the journal of this node. Without a publication:
   * where they stand, and what went wrong. Without anybody: what went wrong on this node.
   *
   * @throws {BaroError} `bad-name`, `unknown-channel`, `bad-definition`; `unavailable` if history cannot be read.
   *
   * @example
   * ```ts
   * const { sessions, sinceMs } = await hub.why({ user: 'ada', channel: room({ id: 42 }), publication: 41 })
   * console.log(sessions[0]?.outcome, sessions[0]?.sentence, new Date(sinceMs))
   * ```
   */
  why(asked?: WhyAsked): Promise<WhyAnswer>

  /**
   * Publishes for the application, without asking rules or handlers. The payload is input: it goes through the schema.
   * Resolves after the append.
   *
   * @param options.id Makes the publish idempotent: the same id in the same channel, within `publishWindowMs`, gets the
   *   first answer. Default: a new id.
   * @throws {BaroError} `bad-name`, `unknown-channel`, `bad-definition` if a channel has no handlers yet, `not-accepted`,
   *   `invalid-payload`, `handler-failed` if the schema throws, or `unavailable`; with an id also `bad-id`, `in-progress`,
   *   `rate-limited`, `not-kept` or `unknown-outcome`.
   *
   * @example
   * ```ts
   * const { position } = await hub.publish(room({ id: 42 }), 'message', { text: 'Hello' })
   * ```
   */
  publish<T extends ChannelTypes, Type extends keyof T['events'] & string>(
    reference: Reference<T>,
    type: Type,
    payload: InputOf<T['events'][Type]>,
    options?: { readonly id?: string },
  ): Promise<Published>

  /**
   * Takes a publication back. A tombstone takes its place, so that positions hold, and a notice of type `baro:redacted` tells
   * all readers; then the payload is in no history, no kept state, and no kept page. It is gone from the memory of this
   * process within seconds, from files of `@baro/disk` within 20 seconds and the time to write them anew, from files of Redis when
   * Redis writes them anew. Resolves when
   * that is done here. It may be called again, here or on another node: nothing more happens.
   *
   * @param what The id of the publication, or its offset.
   * @param options `reason` for everybody to read, at most 200 characters; `by` the user who does it.
   * @throws {BaroError} `bad-definition` if the channel is not `moderated`, `bad-id` if nothing can have such an id or offset,
   *   `invalid-payload` if the reason is none, `bad-name`, `unknown-channel` or `unavailable`.
   *
   * @example
   * ```ts
   * const { outcome } = await hub.redact(room({ id: 42 }), 'k3Vp7bRt5yUi9fLw', { reason: 'abuse', by: 'ada' })
   * ```
   */
  redact(reference: Reference, what: string | number, options?: Redacting): Promise<Redacted>

  /**
   * Keeps a user, or with `guests: true` all guests, from publishing in a channel until a time, on all nodes: `muted` refuses
   * each publish, with the time. A time that is over lets them publish again. Signals and requests are for the rule to refuse.
   *
   * @param asked `untilMs` in milliseconds since 1970; `reason` for moderators to read, at most 200 characters; `by` the user
   *   who does it.
   * @throws {BaroError} `bad-definition` if the channel is not `moderated`, `invalid-payload`, `not-accepted` if 1,000 are muted
   *   there, `bad-name`, `unknown-channel` or `unavailable`.
   *
   * @example
   * ```ts
   * await hub.mute(room({ id: 42 }), { user: 'mallory', untilMs: Date.now() + 3_600_000, by: 'ada' })
   * ```
   */
  mute(reference: Reference, asked: MuteAsked & { readonly by?: string }): Promise<void>

  /**
   * Resolves when what `publish` of `@baro/postgres` published in a transaction is in its channel (I11).
   *
   * @throws {BaroError} `unavailable` if it is not within 10 seconds, `bad-id` if the transaction was rolled back or the id is
   *   none of those, `unknown-channel` if the hub has no such channel, `bad-definition` if it has no database, or a
   *   channel without handlers.
   */
  published(id: string): Promise<void>

  /**
   * Sends a signal to everybody who follows the channel on an open stream, or to one user, without asking rules or handlers.
   *
   * @param options `to` one user; `key` names what it is the newest of.
   * @throws {BaroError} `bad-name`, `unknown-channel`, `bad-definition`, `not-accepted`, `invalid-payload`, `handler-failed`
   *   or `unavailable`.
   */
  signal<T extends ChannelTypes, Type extends keyof T['signals'] & string>(
    reference: Reference<T>,
    type: Type,
    payload: InputOf<T['signals'][Type]>,
    options?: SignalOptions,
  ): Promise<void>

  /**
   * The newest value of a channel at its position: what a page embeds.
   *
   * @throws {BaroError} `bad-name`, `unknown-channel`, `bad-definition` or `unavailable`; `refused` in a page of `hub.pages`, if
   *   the channel is not public; or whatever a `loaded` source throws.
   *
   * @example
   * ```tsx
   * export default async () => <Room initial={await hub.snapshot(room({ id: 42 }))} />
   * ```
   */
  snapshot<T extends ChannelTypes>(reference: Reference<T>): Promise<Snapshot<T>>

  /**
   * Keeps the pages of a handler, and answers with them while they are current: by time, and by what the channels that
   * they show have published since. Many who ask in one moment wait for one render; while a page is stale it is served, and
   * one render runs. `Cache-Status` says what happened.
   *
   * A page is kept if it answers GET with 200 and says in `Cache-Control` for how long (`s-maxage`, `max-age`,
   * `stale-while-revalidate`), or if a policy says it. `private`, `no-store`, `no-cache` and `Set-Cookie` are never kept, and
   * requests with `Authorization`, cookies or a query go to the handler, unless an option names what a page depends on. The
   * handler renders for nobody: it sees the path, `Accept`, `Accept-Language`, and what the options name.
   *
   * What a page shows is what `hub.snapshot` gave while it was rendered, and each snapshot that stands in its HTML. A
   * snapshot of a channel that is not public throws there, with the path of the page.
   *
   * @param handler Of `node:http`, an Express app, `app.getRequestHandler()` of Next.js, `getRequestListener` of Hono, or what
   *   Fastify gives its `serverFactory`.
   * @throws {BaroError} `bad-definition` if an option does not exist, or makes no sense.
   *
   * @example
   * ```ts
   * const news = hub.pages(
   *   async (request, response) => {
   *     const { value } = await hub.snapshot(room({ id: 42 }))
   *     response.setHeader('Content-Type', 'application/json').end(JSON.stringify(value))
   *   },
   *   { policy: { maxAge: '1h' }, cookies: [] },
   * )
   * app.get('/news', news) // or createServer(news)
   * ```
   */
  pages(handler: RequestListener, options?: PagesOptions): RequestListener
  /**
   * Marks pages as stale, on all nodes that share the store: those that show a channel, or those at a path. Their next
   * visitor waits for a render that begins after this call. For what the positions of a page cannot know: its other data.
   *
   * @param what A channel, or the path of a URL without a query, in any spelling: `/상품/42`, or percent-encoded.
   * @throws {BaroError} `bad-name`, `unknown-channel`, `bad-definition` if it is no path; or what the store throws.
   *
   * @example
   * ```ts
   * await hub.revalidate('/products/42')
   * await hub.revalidate(room({ id: 42 }))
   * ```
   */
  revalidate(what: Reference | string): Promise<void>
  /** What keeps pages, for who puts the cache of a framework on it. An application needs `pages` alone. */
  readonly pageParts: PageParts

  /** Whether the channel has `access: 'public'`, so that its snapshot may stand in a shared page. */
  isPublic(reference: Reference): boolean

  /**
   * Ends what a user follows: a channel, or all. Sessions get `refused` for each, a plain WebSocket closes with 4502, an
   * event stream and a held request end. Nothing of it that waits is handed over. What the user may do from then on is for
   * the rules to say: change what they look at first.
   *
   * On this node it is done before the call returns, on the others when the broker has told them. A node that may have
   * missed it, because it could not hear for a while, lets all its users come back within 5 seconds from when it hears again:
   * `auth` and the rules are asked, and nothing is missed.
   *
   * @throws {BaroError} `bad-name`, `unknown-channel`, `bad-definition` if there is no user; `unavailable` if the other nodes
   * could not be told.
   *
   * @example
   * ```ts
   * await hub.revoke({ user: 'ada', channel: room({ id: 42 }) })
   * ```
   */
  revoke(what: { readonly user: string; readonly channel?: Reference }): Promise<void>
  /**
   * Closes all that a user has open, with 4006: the client comes back if it is given a new token. A token that was issued
   * counts until it expires, so let them be short, or let `auth` refuse those of whoever must not come back. Elsewhere as
   * {@link revoke}.
   *
   * @throws {BaroError} `bad-definition` if there is no user; `unavailable` if the other nodes could not be told.
   *
   * @example
   * ```ts
   * await hub.disconnect({ user: 'ada' }) // signed out everywhere
   * ```
   */
  disconnect(who: { readonly user: string }): Promise<void>

  /**
   * Opens a session in this process. It follows, publishes, signals and asks as a client does, under the rules and
   * through the handlers of the channels, without a link. For gateways that speak another protocol, for bots and tools.
   * Watchers of `connected` are told of it. It ends when the node stops.
   *
   * @param principal For whom it acts. Default: a guest.
   * @param options Callbacks for what happens to the session itself. `over` comes after `open` has returned, and so does whatever
   * a follower is told.
   *
   * @throws {BaroError} `unavailable` if the node is stopping; `expired` if the user's time is over.
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

  /**
   * Serves the hub on a server of `node:http` or `node:https`, beside what the server serves already. Calling it again changes nothing.
   *
   * @throws {BaroError} `bad-definition` if a channel has no handlers, or if it is no such server, or one of HTTP/2.
   */
  attach(server: Server): void
  /**
   * Serves the hub on a server of its own. Port 0 takes a free port. Default host: all addresses of the machine.
   * Rejects with Node's error if the port cannot be taken, or if a key or certificate cannot be read.
   *
   * @param tls A key and a certificate, and whatever else `node:tls` takes: then it is `https:` and `wss:`. Default: `http:`.
   *
   * @throws {BaroError} `bad-definition` if a channel has no handlers, or if the port is none.
   *
   * @example
   * ```ts
   * await hub.listen(443, undefined, { key, cert })
   * ```
   */
  listen(port: number, host?: string, tls?: TlsOptions): Promise<Listening>
  /** Answers a request if it is under the path of the hub or of a gateway; returns whether it did. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
  /**
   * Makes a plain request handler for one channel, to mount at a path of the application. `view` (default
   * `publication`) and `waitMs` (default: no wait) apply to requests that do not ask for something else. `live: 'sse'`
   * makes the answer an event stream. A body parser may stand before it.
   *
   * @throws {BaroError} `bad-definition` if the view has options that do not exist, or values that make no sense.
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
  /**
   * Takes plain WebSockets of one channel at a path of the application, on every server that the hub is attached to; all
   * other requests of that path stay the application's. The path may be `'/'`, and may have parameters, as
   * `'/rooms/{id}'`. Origins, rules, limits and what is sent and published are those of the channel's own URL.
   *
   * @param channel The channel, or a function that chooses it by the parameters and the query. What it throws refuses
   *   the handshake.
   * @param view `view` (default `publication`) applies to requests that do not ask for another.
   *
   * @throws {BaroError} `bad-definition` if no URL has the path, if another call or the hub itself has it, or if the view
   *   has options that do not exist.
   *
   * @example
   * ```ts
   * hub.serveSockets('/', room({ id: 1 }), { view: 'payload' })
   * hub.serveSockets('/api/socket', ({ search }) => room({ id: search.get('room') ?? 'lobby' }))
   * hub.serveSockets('/rooms/{id}', ({ params }) => room({ id: params.id }))
   * ```
   */
  serveSockets<Path extends string>(
    path: Path,
    channel: Reference | ((asked: MountedSocket<Path>) => Reference),
    view?: { readonly view?: 'publication' | 'payload' },
  ): void
  /**
   * Adds a gateway, for clients that speak another protocol. A package that speaks it calls this, an application calls
   * the package.
   *
   * @throws {BaroError} `bad-definition` if a channel has no handlers, or if the hub or another gateway is at its path.
   */
  addGateway(make: (host: GatewayHost) => Gateway): void
  /** Takes an upgrade if it is under the path of the hub or of a gateway, or a channel is mounted there; returns whether it did. */
  handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): boolean
  /**
   * Opens a session of the SDK's protocol on a socket. A transport calls it for each link.
   *
   * @throws {BaroError} `bad-definition` if a channel has no handlers.
   */
  connect(socket: Socket, handshake: Handshake): SessionLink

  /**
   * Stops gracefully. Every client is told to come back at a random moment within `spreadMs` (default 5,000), and is
   * closed. New clients are refused. Resolves when the last link is gone, or after `timeoutMs` (default 10,000).
   *
   * @throws {BaroError} `bad-definition` if an option does not exist, or makes no sense.
   *
   * @example
   * ```ts
   * process.once('SIGTERM', async () => {
   *   await hub.drain()
   *   await hub.close()
   * })
   * ```
   */
  drain(options?: { readonly spreadMs?: number; readonly timeoutMs?: number }): Promise<void>
  /** Ends everything at once, detaches from the servers, and closes the broker if the hub made it. */
  close(): Promise<void>
}
