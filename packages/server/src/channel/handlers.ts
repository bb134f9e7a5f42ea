import type { ChannelTypes, InputOf, OutputOf, ReadParamsOf, Schema, WireForm } from '@baro/core'
import type { SnapshotSource } from './snapshot-source.ts'

/** Who a session belongs to, as `auth` found. */
export interface Identity {
  /** Becomes `by` of what the user publishes, and the scope of the user's publish ids (I5). */
  readonly id: string
  /** Whatever else the application's handlers want to know. */
  readonly data?: unknown
}

/** Asked once for each connection and each HTTP publish. */
export interface Credentials {
  /** From `baro:connect`, or from `Authorization: Bearer`. */
  readonly token?: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/**
 * Finds out who somebody is. Returning `undefined` lets a guest in; throwing refuses the connection for good. Throw a
 * `BaroError` of code `unavailable` if it cannot be told now: the client comes back.
 *
 * @example
 * ```ts
 * const auth: Auth = async ({ token }) => (token ? { id: await userOf(token) } : undefined)
 * ```
 */
export type Auth = (credentials: Credentials) => Identity | undefined | Promise<Identity | undefined>

/** Where something happens, and who makes it happen. */
export interface ChannelContext<T extends ChannelTypes = ChannelTypes> {
  /** The channel's name. */
  readonly channel: string
  /** The parameters read out of the name. */
  readonly params: ReadParamsOf<T['pattern']>
  /** `undefined` for a guest. */
  readonly user: Identity | undefined
  /** The session's id; `undefined` over HTTP. */
  readonly session: string | undefined
}

/** What an access rule decides about. */
export interface AccessContext<T extends ChannelTypes = ChannelTypes> extends ChannelContext<T> {
  /** `read`: to follow it or to look at it, by whatever transport. The others: to send something to its handlers. */
  readonly action: 'read' | 'publish' | 'signal' | 'request'
}

/** `'public'`, or who may do what. A rule that throws refuses. */
export type Access<T extends ChannelTypes = ChannelTypes> =
  | 'public'
  | ((context: AccessContext<T>) => boolean | Promise<boolean>)

/** The answer of `publish`. */
export interface Published {
  readonly id: string
  /** Right after the publication. */
  readonly position: string
}

/** What a handler gets of a payload: what its schema made of it, as it travels. A `Date` is text by then. */
export type PayloadOf<S extends Schema> = WireForm<OutputOf<S>>

/** What an event handler gets: the payload has passed its schema. */
export interface EventContext<T extends ChannelTypes, Payload> extends ChannelContext<T> {
  readonly payload: Payload
  /** The id the client chose. */
  readonly id: string
  /**
   * Appends to this channel. The first call carries the client's id, so that its optimistic entry is replaced;
   * further ones get ids of their own.
   */
  publish<Type extends keyof T['events'] & string>(type: Type, payload: InputOf<T['events'][Type]>): Promise<Published>
}

/** What a signal handler gets. */
export interface SignalContext<T extends ChannelTypes, Payload> extends ChannelContext<T> {
  readonly payload: Payload
  /** Passes a signal on to everybody who is connected to this channel. */
  signal<Type extends keyof T['signals'] & string>(type: Type, payload: InputOf<T['signals'][Type]>): Promise<void>
}

/** What a request handler gets. */
export interface RequestContext<T extends ChannelTypes, Payload> extends ChannelContext<T> {
  readonly payload: Payload
}

/** What the server does with one kind of channel. A client can send only what a handler here accepts. */
export interface ChannelHandlers<T extends ChannelTypes> {
  readonly access: Access<T>
  /** Where a snapshot comes from. Default: the state, reduced from the stream. */
  readonly snapshot?: SnapshotSource<ReadParamsOf<T['pattern']>, T['state']>
  readonly events?: {
    readonly [Type in keyof T['events'] & string]?: (context: EventContext<T, PayloadOf<T['events'][Type]>>) => unknown
  }
  readonly signals?: {
    readonly [Type in keyof T['signals'] & string]?: (
      context: SignalContext<T, PayloadOf<T['signals'][Type]>>,
    ) => unknown
  }
  readonly requests?: {
    readonly [Type in keyof T['requests'] & string]?: (
      context: RequestContext<T, PayloadOf<T['requests'][Type]['input']>>,
    ) => InputOf<T['requests'][Type]['output']> | Promise<InputOf<T['requests'][Type]['output']>>
  }
  /** A session follows the channel now. */
  readonly joined?: (context: ChannelContext<T>) => unknown
  /** It no longer does. */
  readonly left?: (context: ChannelContext<T>) => unknown
}

/** Handlers of some channel. */
// biome-ignore lint/suspicious/noExplicitAny: handlers take payloads of their definition's types; inside the hub those have been validated and are only passed on.
export type AnyHandlers = ChannelHandlers<any>

/** What is told of a session that came or went. */
export interface SessionInfo {
  readonly session: string
  readonly user: Identity | undefined
}
