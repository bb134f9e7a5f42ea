import type { AnyChannel, Reference, Snapshot, TypesOf } from '@baro/core'
import type { ChannelView } from './channel-view.ts'
import type { Status } from './status.ts'
import type { Subscription } from './subscription.ts'

/** How often something happened since the client was made. */
export interface ClientCounters {
  /** Subscribes sent; each has the next number as its attempt, whatever its channel. */
  subscribes: number
  /** Subscribes answered by what followed. */
  recovered: number
  /** Subscribes answered by, and live readers interrupted by, a fresh snapshot. */
  reset: number
  /** Deliveries that did not follow, so that the client asked again (I2). */
  gaps: number
  /** Copies of what was known already that were left out (I1). */
  suppressed: number
}

/** One connection to a hub, and the channels followed over it. */
export interface Client {
  /** How the connection is doing; the same object until it changes. */
  readonly status: Status
  readonly counters: Readonly<ClientCounters>
  /** Calls on every change of `status`; returns how to stop. */
  onStatus(listener: (status: Status) => void): () => void
  /**
   * Follows a channel from where the page stands. The connection opens with the first subscription and closes with the
   * last, both after a linger.
   *
   * @param reference What `definition(params)` or the server's `snapshot` gave.
   */
  subscribe<C extends AnyChannel>(
    definition: C,
    reference: Reference<TypesOf<C>> | Snapshot<TypesOf<C>>,
  ): Subscription<TypesOf<C>>
  /**
   * What is known of a channel without subscribing, if that is at least as new as the reference; `undefined` if the
   * reference is the best there is.
   */
  peek<C extends AnyChannel>(
    definition: C,
    reference: Reference<TypesOf<C>> | Snapshot<TypesOf<C>>,
  ): ChannelView<TypesOf<C>> | undefined
  /** Connects anew, now, and forgets failures; the way out of `gave-up` and `closed`. */
  reconnect(): void
  /** Closes the connection. What is shown stays; publishes and requests without an answer are rejected. */
  close(): void
}
