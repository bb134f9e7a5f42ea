import type { ChannelTypes, InputOf, OutputOf, ReadParamsOf, Schema, Schemas, WireForm } from '@baro/core'
import type { SnapshotSource } from './snapshot-source.ts'

/** A user, as `auth` found. */
export interface Identity {
  /** Becomes `by` of the user's publications, and the scope of the user's publish ids and turns (I5). */
  readonly id: string
  /** What the token says, for rules and handlers. */
  readonly claims?: Claims
  /**
   * When it ends, in milliseconds since 1970. Then a link closes with 4006, a held request is answered with `expired`, and
   * nothing more is handed over. Default: never.
   */
  readonly expiresAtMs?: number
}

/** What a token says of its user. */
export type Claims = Readonly<Record<string, unknown>>

/** What `auth` decides by. */
export interface Credentials {
  /** From `baro:connect`, `baro:refresh` or an `AUTH` message, or from `Authorization: Bearer`. */
  readonly token?: string
  /**
   * Those of the request. None for the token of a link that is open already (`baro:refresh`, `AUTH`): such a token counts by
   * itself, so an `auth` that also wants a header or a cookie finds nobody, and the client comes back with them.
   */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/**
 * Finds out who somebody is. The hub calls it once for each connection, each HTTP request, and each new token. Return `undefined` to let
 * a guest in. Throw to refuse the client for good, or throw a `BaroError` of code `unavailable` if you cannot decide
 * now: then the client comes back.
 *
 * @example
 * ```ts
 * const auth: Auth = async ({ token }) => (token ? { id: await userOf(token) } : undefined)
 * ```
 */
export type Auth = (credentials: Credentials) => Identity | undefined | Promise<Identity | undefined>

/** Where something happens, and who does it. */
export interface ChannelContext<T extends ChannelTypes = ChannelTypes> {
  /** The channel's name. */
  readonly channel: string
  /** The parameters read out of the name. */
  readonly params: ReadParamsOf<T['pattern']>
  /** `undefined` for a guest. */
  readonly user: Identity | undefined
  /** Those of the user; empty for a guest. */
  readonly claims: Claims
  /**
   * The id of the session. `undefined` where none is open: for a GET or POST of a channel, and for the rule that is
   * asked before a plain stream opens.
   */
  readonly session: string | undefined
}

/** What an access rule decides by. */
export interface AccessContext<T extends ChannelTypes = ChannelTypes> extends ChannelContext<T> {
  /**
   * - `read`: to follow the channel, or to look at it. Asked when it is opened, and for each new token.
   * - `history`: to get what was published before that: from a position behind the head, or backwards. Who may not, and
   *   comes from such a position, begins with the newest snapshot. Asked when it is needed, after `read`.
   * - `members`: to see who is in the channel. Asked as `read` is.
   * - `track`: to be in it, seen by whoever may see the members. Asked as `read` is, and for each change of the state.
   * - `publish`, `signal`, `request`: to send something to a handler. Asked for each message.
   */
  readonly action: 'read' | 'history' | 'members' | 'track' | 'publish' | 'signal' | 'request'
  /** The type of what is sent, as the client says it: nobody has looked yet whether there is such a type. */
  readonly type?: string
}

/**
 * `'public'`, or a rule that decides who may do what. Only `true` allows. A rule that throws refuses, and so does one that
 * does not answer within `limits.ruleTimeoutMs`. Both are logged, and fail nothing but what was asked for.
 *
 * @example
 * ```ts
 * hub.on(room, {
 *   access: async ({ user, claims, params, action, type }) => {
 *     if (action === 'read' || action === 'history') return true
 *     if (type === 'pin') return claims.role === 'moderator'
 *     return user !== undefined && (await isMember(user.id, params.id))
 *   },
 * })
 * ```
 */
export type Access<T extends ChannelTypes = ChannelTypes> =
  | 'public'
  | ((context: AccessContext<T>) => boolean | Promise<boolean>)

/** What `publish` resolves with on the server: the publication is appended. */
export interface Published {
  readonly id: string
  /** The position right after the publication. */
  readonly position: string
}

/** The payload that a handler gets: the output of the schema, in its wire form. A `Date` is text there. */
export type PayloadOf<S extends Schema> = WireForm<OutputOf<S>>

/**
 * What the handler of one type sends. Of its own type: the payload that it got, or an input of the schema. Of another
 * type: an input of that schema.
 */
export type Sendable<Sent extends Schemas, Own extends keyof Sent, Type extends keyof Sent> =
  | InputOf<Sent[Type]>
  | (Type extends Own ? PayloadOf<Sent[Type]> : never)

/** What a rule for moderators decides by. */
export interface ModerationContext<T extends ChannelTypes = ChannelTypes> extends ChannelContext<T> {
  /**
   * - `redact`: to take something back.
   * - `mute`: to keep a user from publishing, or to let the user publish again.
   * - `audit`: to see what moderators have done, and who is muted. Asked as `read` is.
   */
  readonly action: 'redact' | 'mute' | 'audit'
}

/** What an event handler gets. */
export interface EventContext<T extends ChannelTypes, Own extends keyof T['events'] & string>
  extends ChannelContext<T> {
  /** The output of the schema. */
  readonly payload: PayloadOf<T['events'][Own]>
  /** The id that the client chose, or that the server made if the client sent none. */
  readonly id: string
  /**
   * Appends to this channel. The first publication gets the client's id, so that it replaces the client's optimistic
   * entry. Further ones get ids of their own. They are appended in the order of the calls.
   *
   * The handler's own `payload`, published unchanged under its own type, is output already: its schema does not run
   * again, so a transform happens once. Anything else is input, and goes through the schema of its type. That holds for a
   * changed copy too, such as `{ ...payload, seen: true }`: nothing that a schema has not seen is published. So put changes
   * into the schema, or make its transforms ones that may run twice.
   *
   * @throws {BaroError} `not-accepted`, `invalid-payload`, `handler-failed`, `not-kept`, `unknown-outcome` or `unavailable`.
   */
  publish<Type extends keyof T['events'] & string>(
    type: Type,
    payload: Sendable<T['events'], Own, Type>,
  ): Promise<Published>
}

/** Who gets a signal, and what it takes the place of. */
export interface SignalOptions {
  /** The user who alone gets it, on each open stream of the channel. Guests are no users. Default: everybody. */
  readonly to?: string | undefined
  /**
   * What the signal is the newest of, for example `cursor`. Of one key, type and sender the newest takes the place of those
   * before it, and readers get it at most 30 times a second. Slow readers miss such signals first. Default: none, each is
   * handed on at once.
   */
  readonly key?: string | undefined
}

/** What a signal handler gets. */
export interface SignalContext<T extends ChannelTypes, Own extends keyof T['signals'] & string>
  extends ChannelContext<T> {
  /** The output of the schema. */
  readonly payload: PayloadOf<T['signals'][Own]>
  /** The user whom the client wants it to be for. Pass it on, as `{ to }`, if it may. */
  readonly to: string | undefined
  /**
   * Sends a signal to everybody who follows this channel on an open stream, or to one user. The handler's own `payload` under its own type
   * is output already; anything else is input, as in `publish` of an event handler.
   *
   * @throws {BaroError} `not-accepted`, `invalid-payload`, `handler-failed` or `unavailable`.
   */
  signal<Type extends keyof T['signals'] & string>(
    type: Type,
    payload: Sendable<T['signals'], Own, Type>,
    options?: SignalOptions,
  ): Promise<void>
}

/** What a request handler gets. */
export interface RequestContext<T extends ChannelTypes, Payload> extends ChannelContext<T> {
  readonly payload: Payload
}

/** What the server does with one kind of channel. A client can send only what a handler here accepts. */
export interface ChannelHandlers<T extends ChannelTypes> {
  /** Who may do what with the channel. */
  readonly access: Access<T>
  /**
   * Who may moderate a channel that is `moderated`: a rule that is asked in the way of `access`, whatever that says. Default:
   * nobody, but the application by `hub.redact` and `hub.mute`.
   *
   * @example
   * ```ts
   * hub.on(room, { access: 'public', moderators: ({ claims }) => claims.role === 'moderator' })
   * ```
   */
  readonly moderators?: (context: ModerationContext<T>) => boolean | Promise<boolean>
  /**
   * Names of fields that no tool shows to whoever looks into a node, such as `['email', 'cardNumber']`: wherever they stand in
   * a payload, a state, or what a member tells of itself. Clients get them as before. Default: none.
   */
  readonly private?: readonly string[]
  /** Where a snapshot comes from. Default: the state, folded from the stream. */
  readonly snapshot?: SnapshotSource<
    ReadParamsOf<T['pattern']>,
    T['state'],
    InputOf<T['events'][keyof T['events'] & string]>
  >
  /** One handler for each event type that clients may publish. */
  readonly events?: {
    readonly [Type in keyof T['events'] & string]?: (context: EventContext<T, Type>) => unknown
  }
  /** One handler for each signal type that clients may send. */
  readonly signals?: {
    readonly [Type in keyof T['signals'] & string]?: (context: SignalContext<T, Type>) => unknown
  }
  /** One handler for each request that clients may make. What it returns is the answer. */
  readonly requests?: {
    readonly [Type in keyof T['requests'] & string]?: (
      context: RequestContext<T, PayloadOf<T['requests'][Type]['input']>>,
    ) => InputOf<T['requests'][Type]['output']> | Promise<InputOf<T['requests'][Type]['output']>>
  }
  /**
   * Called when somebody begins to follow the channel on this node. A client of the SDK is one for all its links, so it
   * joins once, also over long polling. A plain stream and a participant join for each session. A GET that is answered,
   * also a long poll of the channel's URL, does not join: nothing tells who asks again.
   */
  readonly joined?: (context: ChannelContext<T>) => unknown
  /**
   * Called when somebody who `joined` follows the channel no longer, with the context of `joined`: at once after an
   * unsubscribe, the end of a plain stream or of a participant, and when the node stops. A client of the SDK whose link is
   * gone has `leaveAfterMs` to come back.
   */
  readonly left?: (context: ChannelContext<T>) => unknown
}

/** Handlers of any channel. */
// biome-ignore lint/suspicious/noExplicitAny: handlers take payloads of their definition's types; inside the hub those have been validated and are only passed on.
export type AnyHandlers = ChannelHandlers<any>

/** What watchers of `connected` and `disconnected` get. */
export interface SessionInfo {
  readonly session: string
  readonly user: Identity | undefined
}

/** How a session ended. */
export interface SessionEnd {
  /**
   * The WebSocket close code of whoever closed first, as PROTOCOL.md lists them; 1006 if the link broke without one, or was no
   * WebSocket; 1000 if a request had its answer, or a participant ended.
   */
  readonly code: number
  /** The words beside the code; empty if there were none. */
  readonly reason: string
}
