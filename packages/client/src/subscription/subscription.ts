import {
  type AnyChannel,
  BaroError,
  type ChannelTypes,
  type InputOf,
  type Json,
  type Log,
  type OutputOf,
  type PublicationOf,
  type Reference,
  type Schemas,
  type Signal,
  type Snapshot,
  type WireForm,
} from '@baro/core'
import type { Randomness } from '@baro/core/broker'
import { createId, readJson, writeJson } from '@baro/core/protocol'
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
  readonly id?: string
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
   */
  publish<Type extends keyof T['events'] & string>(
    type: Type,
    payload: InputOf<T['events'][Type]>,
    options?: PublishOptions,
  ): Promise<PublishReceipt>
  /**
   * Asks the hub a question, now or with the next link.
   *
   * @throws {BaroError} (rejects) with the code of the hub's answer; `unknown-outcome` if the link dropped before it
   *   came; `too-large`; `invalid-payload`; `unavailable` if the outbox is full; `closed`.
   */
  request<Type extends keyof T['requests'] & string>(
    type: Type,
    input: InputOf<T['requests'][Type]['input']>,
  ): Promise<WireForm<OutputOf<T['requests'][Type]['output']>>>
  /**
   * Sends a message that is not kept: it is dropped if the connection is not open, and nobody answers.
   *
   * @throws {BaroError} `too-large`; `invalid-payload`; `closed`.
   */
  signal<Type extends keyof T['signals'] & string>(type: Type, payload: InputOf<T['signals'][Type]>): void
  /** Offers what a newer page brought; it moves the state forward only (I3). */
  offer(reference: Reference<T> | Snapshot<T>): void
  /** Lets go. The channel lingers, so that closing and subscribing again at once costs nothing. */
  close(): void
}

/** What a subscription works with: the client, as it sees it. */
export interface SubscriptionParts {
  readonly randomness: Randomness
  readonly log: Log
  readonly connection: Connection
  readonly outbox: Outbox
}

/** Makes a holder of a channel. */
export function createSubscription(
  followed: FollowedChannel,
  definition: AnyChannel,
  reference: Reference,
  { randomness, log, connection, outbox }: SubscriptionParts,
): Subscription {
  const { channel } = followed
  const { on, tell } = createListeners<ChannelEvents>(log)
  let isClosed = false

  function wire(payload: unknown): Json {
    if (isClosed || connection.status.state === 'closed')
      throw new BaroError('closed', `${channel} or its client was closed.`)
    try {
      const text = writeJson(payload ?? null)
      // A quote within a text is escaped, so that this is a key, which no hub takes.
      if (text.includes('"__proto__":')) throw 'the key "__proto__"'
      return readJson(text) as Json
    } catch (cause) {
      throw new BaroError('invalid-payload', `This cannot be sent: ${cause}`)
    }
  }

  async function ask(input: unknown, send: (payload: Json, settle: Settle) => void): Promise<never> {
    const payload = wire(input)
    return new Promise((resolve, reject) => {
      // Whoever sent a message of this kind knows what its answer holds.
      send(payload, (outcome) => (outcome instanceof BaroError ? reject(outcome) : resolve(outcome as never)))
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
    publish: (type, input, { id } = {}) =>
      ask(input, (payload, settle) => followed.publish(id ?? createId(randomness), type, payload, !id, settle)),
    request: (type, input) =>
      ask(input, (payload, settle) =>
        outbox.send({ type: 'baro:request', payload: { id: createId(randomness), channel, type, payload } }, settle),
      ),
    signal(type, input) {
      outbox.signal({ type: 'baro:signal', payload: { channel, type, payload: wire(input) } })
    },
    offer: followed.offer,
    close() {
      if (!isClosed) followed.release(tell)
      isClosed = true
    },
  }
}
