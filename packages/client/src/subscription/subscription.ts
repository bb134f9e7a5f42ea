import {
  type AnyChannel,
  BaroError,
  type ChannelTypes,
  type InputOf,
  type Json,
  type OutputOf,
  type PublicationOf,
  type Reference,
  type Schemas,
  type Signal,
  type Snapshot,
  type WireForm,
} from '@baro/core'
import type { Clock, Randomness } from '@baro/core/broker'
import { copyForWire, createId } from '@baro/core/protocol'
import type { ClientLog } from '../changes/client-log.ts'
import { createListeners } from '../changes/listeners.ts'
import type { Connection } from '../connection/connection.ts'
import type { Settle } from '../outbox/lane.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { ChannelView } from './channel-view.ts'
import type { ChannelEvents, FollowedChannel } from './followed-channel.ts'

/** The signals of a channel, as its subscribers get them. */
export type SignalOf<Signals extends Schemas> = {
  [Type in keyof Signals & string]: Signal<Type, WireForm<OutputOf<Signals[Type]>>>
}[keyof Signals & string]

/** What a publish came to: its handler is done. */
export interface PublishReceipt {
  readonly id: string
  /** Right after the publication with this id; absent if the handler published nothing under it. */
  readonly position?: string
}

/** What `publish` takes besides the event. */
export interface PublishOptions {
  /**
   * Claims the publish by this id, so that whoever sends it again gets the first answer, another life of the page too
   * (I5). 1 to 64 of `A-Z a-z 0-9 _ -`. Default: the publish has a turn of this client, and a new id.
   */
  readonly id?: string | undefined
  /** Withdraws the publish while it was not sent. After that it changes nothing: the event may have been taken. */
  readonly signal?: AbortSignal | undefined
}

/** What `request` takes besides the question. */
export interface RequestOptions {
  /** How long to wait for the answer, in milliseconds. Default: the `requestTimeoutMs` of the client; `Infinity`: for ever. */
  readonly timeoutMs?: number | undefined
  /** Stops waiting. The hub is not told: a request that was sent is handled all the same. */
  readonly signal?: AbortSignal | undefined
}

/** One holder of a channel. All holders of a channel share one subscription at the hub. */
export interface Subscription<T extends ChannelTypes = ChannelTypes> {
  readonly channel: string
  /** What the channel shows now; the same object until something changes. */
  readonly current: ChannelView<T>
  /** Calls on every change of `current`; returns how to stop. */
  onChange(listener: (view: ChannelView<T>) => void): () => void
  /**
   * Calls for each confirmed publication that follows the snapshot in use, once and in order (I1), after `current` has
   * it. What a fresh snapshot contains already is not told one by one. Returns how to stop.
   */
  onPublication(listener: (publication: PublicationOf<T['events']>) => void): () => void
  /** Calls for each signal; returns how to stop. */
  onSignal(listener: (signal: SignalOf<T['signals']>) => void): () => void
  /**
   * Sends an event to its handler. It is shown in `current.state` at once, and taken back if the handler refuses. It
   * survives reconnects, and is taken once (I5).
   *
   * @throws {BaroError} (rejects) with the code of the hub's answer; `too-large`; `invalid-payload`; `unavailable`
   *   if the outbox is full; `closed`; `unknown-outcome` if it was sent and the hub can no longer say.
   * @throws (rejects) the reason of the `signal`, if the publish was withdrawn.
   */
  publish<Type extends keyof T['events'] & string>(
    type: Type,
    payload: InputOf<T['events'][Type]>,
    options?: PublishOptions,
  ): Promise<PublishReceipt>
  /**
   * Asks the hub a question, now or with the next link. It is sent once at most.
   *
   * @throws {BaroError} (rejects) with the code of the hub's answer; `unknown-outcome` if it was sent and no answer came
   *   in time (without WebSocket a hub answers within 30 s), or the link dropped before; `unavailable` if it was not sent in
   *   time, or the outbox is full; `too-large`; `invalid-payload`; `closed`.
   * @throws (rejects) the reason of the `signal`.
   *
   * @example
   * ```ts
   * const older = await subscription.request('older', { before: 41 }, { timeoutMs: 5_000, signal })
   * ```
   */
  request<Type extends keyof T['requests'] & string>(
    type: Type,
    input: InputOf<T['requests'][Type]['input']>,
    options?: RequestOptions,
  ): Promise<WireForm<OutputOf<T['requests'][Type]['output']>>>
  /**
   * Sends a message that is not kept: it is dropped if the connection is not open, and nobody answers.
   *
   * @param options `to` a user, who alone gets it if the handler passes that on.
   * @throws {BaroError} `too-large`; `invalid-payload`; `closed`.
   */
  signal<Type extends keyof T['signals'] & string>(
    type: Type,
    payload: InputOf<T['signals'][Type]>,
    options?: { readonly to?: string | undefined },
  ): void
  /** Offers what a newer page brought; it moves the state forward only (I3). */
  offer(reference: Reference<T> | Snapshot<T>): void
  /** Lets go. The channel lingers, so that closing and subscribing again at once costs nothing. */
  close(): void
}

/** A clock cannot wait for so long. */
const mostMs = 2 ** 31

/** What a subscription works with: the client, as it sees it. */
export interface SubscriptionParts {
  readonly clock: Clock
  readonly randomness: Randomness
  /** Default 30,000. */
  readonly requestTimeoutMs?: number | undefined
  readonly log: ClientLog
  readonly connection: Connection
  readonly outbox: Outbox
}

/** Makes a holder of a channel. */
export function createSubscription(
  followed: FollowedChannel,
  definition: AnyChannel,
  reference: Reference,
  { clock, randomness, requestTimeoutMs = 30_000, log, connection, outbox }: SubscriptionParts,
): Subscription {
  const { channel } = followed
  const { on, tell } = createListeners<ChannelEvents>(log)
  let isClosed = false

  function wire(payload: unknown): Json {
    if (isClosed || connection.status.state === 'closed')
      throw new BaroError('closed', `${channel} or its client was closed.`)
    return copyForWire(payload, 'The payload')
  }

  async function ask(
    input: unknown,
    { id: claim = createId(randomness), signal, timeoutMs: lateMs = Infinity }: PublishOptions & RequestOptions,
    send: (id: string, payload: Json, settle: Settle) => void,
  ): Promise<never> {
    // An answer names nothing but texts.
    const id = String(claim)
    const payload = wire(input)
    signal?.throwIfAborted()
    return new Promise((resolve, reject) => {
      const withdraw = () => outbox.dispatch({ type: 'withdraw', id, channel })
      const expire = () => outbox.dispatch({ type: 'withdraw', id, channel, lateMs })
      const cancel = lateMs < mostMs ? clock.after(lateMs, expire) : undefined
      signal?.addEventListener('abort', withdraw)
      send(id, payload, (outcome) => {
        cancel?.()
        signal?.removeEventListener('abort', withdraw)
        if (outcome === undefined) reject(signal?.reason)
        else if (outcome instanceof BaroError) reject(outcome)
        // Whoever sent a message of this kind knows what its answer holds.
        else resolve(outcome as never)
      })
    })
  }

  followed.hold(tell, definition, reference)
  return {
    channel,
    get current() {
      return followed.view
    },
    onChange: (listener) => on('change', listener),
    // What arrives was validated by the hub against the definition that gives the listener its type.
    onPublication: (listener) => on('publication', listener as never),
    onSignal: (listener) => on('signal', listener as never),
    publish: (type, input, { id: claim, signal } = {}) =>
      ask(input, { id: claim, signal }, (id, payload, settle) =>
        followed.publish(id, type, payload, claim === undefined, settle),
      ),
    request: (type, input, { timeoutMs = requestTimeoutMs, signal } = {}) =>
      ask(input, { timeoutMs, signal }, (id, payload, settle) =>
        outbox.send({ type: 'baro:request', payload: { id, channel, type, payload } }, settle),
      ),
    signal(type, input, { to } = {}) {
      outbox.signal({
        type: 'baro:signal',
        payload: { channel, type, payload: wire(input), ...(to !== undefined && { to }) },
      })
    },
    offer: followed.offer,
    close() {
      if (!isClosed) followed.release(tell)
      isClosed = true
    },
  }
}
