import type { AnyChannel, Reference, Snapshot, TypesOf } from '@baro/core'
import type { Status } from '../connection/status.ts'
import type { ChannelView } from '../subscription/channel-view.ts'
import type { ClientCounters } from '../subscription/counters.ts'
import type { Subscription } from '../subscription/subscription.ts'

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
