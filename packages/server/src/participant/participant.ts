import type {
  AtPosition,
  BaroError,
  ChannelTypes,
  InputOf,
  Json,
  OutputOf,
  Position,
  Reference,
  ResetReason,
  Signal,
  Turn,
  WireForm,
} from '@baro/core'
import type { Identity } from '../channel/handlers.ts'
import type { Batch } from '../delivery/batch.ts'
import type { BoundedQueue } from '../delivery/bounded-queue.ts'
import type { PublishAnswer } from '../publish/publisher.ts'
import type { Outlet } from '../stream/reader.ts'

/** What somebody in this process is told of a channel, in order (I1, I2). An exception is logged, and hurts nobody else. */
export interface Follower {
  /**
   * Bounds what it takes: while it is full, nothing is handed over, and what was left out is read from history when it has
   * room (I7). Left out: everything is handed over at once.
   */
  readonly queue?: BoundedQueue
  /**
   * What follows the place where it stands. The first one may bring nothing: it says that the position was accepted. It is
   * shared with others, so it must not be changed.
   */
  delivered(batch: Batch): void
  /** Nothing can follow the position: start again from this value; `undefined` where the channel has none. */
  reset(reason: ResetReason, snapshot: { readonly position: AtPosition; readonly value: Json | undefined }): void
  signaled?(signal: Signal): void
  /** The rule refuses, or the channel cannot be read. It has ended. */
  failed(error: BaroError): void
}

/** How to stop following. */
export interface Followed {
  end(): void
}

/** What a participant is told of itself. */
export interface ParticipantOptions {
  /** The node stops: it has ended, and may come back on another one after this time. */
  ended?(reconnectInMs: number): void
  /** What was remembered of publishes is lost: claims count on this epoch from now on. */
  claimsLost?(claimsEpoch: string): void
}

/**
 * Somebody in this process who follows channels and sends to them as a client does: the rules of the channels are asked,
 * and the handlers of `hub.on` decide what happens. Made by `hub.open`, for gateways, bots and tools.
 */
export interface Participant {
  /** What handlers are told as `session`. */
  readonly session: string
  /** `undefined` for a guest. */
  readonly user: Identity | undefined
  /**
   * Follows a channel.
   *
   * @param from A position, to continue from there; `'now'` for what comes from now on; `undefined` begins with a reset.
   * @throws {BaroError} `bad-name`, `unknown-channel`, `bad-position` or `closed`.
   */
  follow(reference: Reference, from: string | Position | undefined, follower: Follower): Followed
  /** The same for who writes bytes, which are made once for everybody with the same dialect. */
  follow(reference: Reference, from: string | Position | undefined, outlet: Outlet<unknown, unknown>): Followed
  /**
   * Publishes, after what it has published in this channel before. With an `id`, or with a `turn`, it may be repeated and is
   * done once (I5).
   *
   * @throws {BaroError} `refused`, `not-accepted`, `invalid-payload`, `rate-limited`, `in-progress`, `out-of-turn`,
   * `unknown-outcome`, `handler-failed`, `unavailable`, `closed` and their like: what a client would be answered with.
   */
  publish<T extends ChannelTypes, Type extends keyof T['events'] & string>(
    reference: Reference<T>,
    type: Type,
    payload: InputOf<T['events'][Type]>,
    options?: ParticipantPublishOptions,
  ): Promise<PublishAnswer>
  /** Sends a signal to its handler. Throws as {@link publish}. */
  signal<T extends ChannelTypes, Type extends keyof T['signals'] & string>(
    reference: Reference<T>,
    type: Type,
    payload: InputOf<T['signals'][Type]>,
  ): Promise<void>
  /** Asks the handler of a request; resolves with its answer. Throws as {@link publish}. */
  request<T extends ChannelTypes, Type extends keyof T['requests'] & string>(
    reference: Reference<T>,
    type: Type,
    input: InputOf<T['requests'][Type]['input']>,
  ): Promise<WireForm<OutputOf<T['requests'][Type]['output']>>>
  /** Names the life of what is remembered of publishes; a turn that may be a repeat says which it counts on. */
  claimsEpoch(): Promise<string>
  /** Leaves everything. Doing it again changes nothing. */
  end(): void
}

/** How a participant publishes. */
export interface ParticipantPublishOptions {
  /** Of the publication. Default: a new one, and the publish cannot be repeated unless it has a turn. */
  readonly id?: string
  /** Which of its publishes in the channel this is; claims the publish instead of the id. */
  readonly turn?: Turn
  /** The life of the claims that it counts on. */
  readonly claimsEpoch?: string
}
