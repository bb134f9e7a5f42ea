import type { BaroError, ChannelTypes, InputOf, Json, OutputOf, Reference, Schema, Signal, WireForm } from '@baro/core'
import type { ResetReason, Turn } from '@baro/core/broker'
import type { Position } from '@baro/core/protocol'
import type { Identity } from '../channel/handlers.ts'
import type { Batch } from '../delivery/batch.ts'
import type { BoundedQueue } from '../delivery/bounded-queue.ts'
import type { PublishAnswer } from '../publish/publisher.ts'
import type { Outlet } from '../stream/reader.ts'

/** What a participant is told of a channel, in order (I1, I2). An exception in it is logged and goes no further. */
export interface Follower {
  /**
   * Bounds what the follower takes. While the queue is full, nothing is handed over; when it has room again, what was
   * left out is read from history (I7). Default: everything is handed over at once.
   */
  readonly queue?: BoundedQueue
  /**
   * The publications that follow the follower's position. The first delivery says that the position was accepted, and
   * may be empty. Other followers get the same object, so do not change it.
   */
  delivered(batch: Batch): void
  /** The follower cannot continue from its position, and starts again from this value; `undefined` if there is none. */
  reset(reason: ResetReason, snapshot: { readonly position: Position; readonly value: Json | undefined }): void
  /** A signal was sent in the channel. */
  signaled?(signal: Signal): void
  /** The rule refuses, the user's time is over, or the channel cannot be read. The following has ended. */
  failed(error: BaroError): void
}

/** A channel that a participant follows. */
export interface Followed {
  /** Stops following. Calling it again changes nothing. */
  end(): void
}

/** A channel that a participant is in, as a member. */
export interface Present<State = unknown> {
  /** Tells something else of itself. It may be called often: others are told a few times a second. */
  update(state: State): void
  /** Leaves at once, unless the member has other links there. Calling it again changes nothing. */
  end(): void
}

/** What a participant is told of its being a member. */
export interface TrackingTold {
  /** What it tells of itself was taken: the first time, and after each update. */
  taken?(): void
  /** It is no member (any more): `refused`, `invalid-payload` (also after an update), `expired` or `unavailable`. Default: a line in the log. */
  failed?(error: BaroError): void
}

/** What the members of a channel may tell of themselves. */
export type ToldState<T extends ChannelTypes> = T['member'] extends Schema ? InputOf<T['member']> : unknown

/** What a participant is told of itself. */
export interface ParticipantOptions {
  /** The node stops, so the participant has ended. Open another one after this time, on another node. */
  ended?(reconnectInMs: number): void
  /** The user's time is over, so the participant has ended, and whoever it acted for is to be sent away. */
  over?(error: BaroError): void
  /** The claims were lost. `claimsEpoch` names their new life; publishes count on it from now on. */
  claimsLost?(claimsEpoch: string): void
}

/**
 * A session in this process. It follows channels and sends to them as a client does: the rules of the channels are
 * asked, and the handlers of `hub.on` decide what happens. `hub.open` makes it, for gateways, bots and tools.
 */
export interface Participant {
  /** The id that handlers get as `session`. */
  readonly session: string
  /** `undefined` for a guest. */
  readonly user: Identity | undefined
  /**
   * Follows a channel. The follower is told nothing before `follow` has returned, so its functions may use the {@link Followed}.
   *
   * @param from A position to continue from; `'now'` for what comes next; `undefined` to begin with a reset.
   * @throws {BaroError} `bad-name`, `unknown-channel`, `bad-position` or `closed`.
   */
  follow(reference: Reference, from: string | Position | undefined, follower: Follower): Followed
  /**
   * The same for a gateway that writes bytes. They are made once for all outlets with the same dialect. What a gateway's outlet
   * throws ends the following, and goes to its `failed`: nobody knows what it has written. It may be told before `follow` has
   * returned, because thousands of clients that come back at once must not wait for each other.
   */
  follow(reference: Reference, from: string | Position | undefined, outlet: Outlet<unknown, unknown>): Followed
  /**
   * Makes the participant a member of a channel, by the rule for `track`. A user, or a guest of one secret, is one member,
   * whatever participants and links it has. It stays as long as the participant, and `leaveAfterMs` longer, in which it may
   * come back by another; a gateway ends the participant once it notices that its client is dead.
   *
   * `told` is told nothing before `track` has returned.
   *
   * @param state Shown to whoever may see the members. At most 2 kB of JSON.
   * @throws {BaroError} `bad-name`, `unknown-channel` (also if the channel has no members) or `closed`.
   *
   * @example
   * ```ts
   * const bot = hub.open({ user: { id: 'bot' } })
   * const present = bot.track(room({ id: 42 }), { name: 'Bot' }, { failed: (error) => console.warn(error.message) })
   * present.update({ name: 'Bot', typing: true })
   * ```
   */
  track<T extends ChannelTypes>(
    reference: Reference<T>,
    state: ToldState<T>,
    told?: TrackingTold,
  ): Present<ToldState<T>>
  /**
   * Publishes, after this participant's earlier publishes in the channel. With an `id` or a `turn` it may be repeated,
   * and is done once (I5).
   *
   * @throws {BaroError} The error that a client would get: `bad-name`, `unknown-channel`, `bad-id`, `bad-message`, `refused`,
   * `not-accepted`, `invalid-payload`, `rate-limited`, `in-progress`, `out-of-turn`, `unknown-outcome`,
   * `not-kept`, `handler-failed` or `unavailable`; `closed` if the participant has ended; or a `BaroError` that a handler throws.
   */
  publish<T extends ChannelTypes, Type extends keyof T['events'] & string>(
    reference: Reference<T>,
    type: Type,
    payload: InputOf<T['events'][Type]>,
    options?: ParticipantPublishOptions,
  ): Promise<PublishAnswer>
  /**
   * Sends a signal to its handler, `to` one user if the handler passes that on. A gateway may give it a `mark`, which
   * comes with it to gateways, and to nobody else. Throws as {@link publish}.
   */
  signal<T extends ChannelTypes, Type extends keyof T['signals'] & string>(
    reference: Reference<T>,
    type: Type,
    payload: InputOf<T['signals'][Type]>,
    options?: { readonly to?: string; readonly mark?: string },
  ): Promise<void>
  /** Asks the handler of a request; resolves with its answer. Throws as {@link publish}. */
  request<T extends ChannelTypes, Type extends keyof T['requests'] & string>(
    reference: Reference<T>,
    type: Type,
    input: InputOf<T['requests'][Type]['input']>,
  ): Promise<WireForm<OutputOf<T['requests'][Type]['output']>>>
  /**
   * The name of the life of the claims. Pass it with a turn that may be a repeat.
   *
   * @throws {BaroError} `unavailable`.
   */
  claimsEpoch(): Promise<string>
  /**
   * Ends the participant and all that it follows, as the end of a link does: whoever is known as a member may come back in
   * `leaveAfterMs`. Calling it again changes nothing.
   */
  end(): void
}

/** How a participant publishes. */
export interface ParticipantPublishOptions {
  /** The id of the publication. Default: a new id; then the publish cannot be repeated, unless it has a turn. */
  readonly id?: string
  /** Which publish of its producer in the channel this is. It claims the publish instead of the id. */
  readonly turn?: Turn
  /** The life of the claims that the publish counts on. Default: any. */
  readonly claimsEpoch?: string
}
