import type { ChannelView, Client, Subscription } from '@baro/client'
import { type AnyChannel, BaroError, type Reference, type Snapshot, type TypesOf } from '@baro/core'

type Held<C extends AnyChannel> = Subscription<TypesOf<C>>

/** What a component does with a channel. The functions stay the same while it is mounted. */
export type ChannelActions<C extends AnyChannel> = Pick<
  Held<C>,
  'publish' | 'request' | 'signal' | 'onPublication' | 'onSignal'
>

/** A component's hold on a channel, which React takes and lets go of as it likes. */
export interface ChannelHolder<C extends AnyChannel> {
  /** What the channel shows; `undefined` while it is not held. */
  readonly view: ChannelView<TypesOf<C>> | undefined
  readonly actions: ChannelActions<C>
  /** Holds the channel and tells of every change; returns how to let go. */
  subscribe(changed: () => void): () => void
  /** Offers what a newer page brought (I3). */
  offer(reference: Reference<TypesOf<C>> | Snapshot<TypesOf<C>>): void
}

/** Makes a holder that holds nothing yet. */
export function createChannelHolder<C extends AnyChannel>(
  client: Client | undefined,
  definition: C,
  reference: Reference<TypesOf<C>> | Snapshot<TypesOf<C>>,
): ChannelHolder<C> {
  let held: Held<C> | undefined
  // Effects of a component may listen before React holds the channel, and must go on listening when it holds it again.
  const listening = new Set<(subscription: Held<C>) => void>()

  function listen(start: (subscription: Held<C>) => () => void): () => void {
    let stop: (() => void) | undefined
    const restart = (subscription: Held<C>) => {
      stop = start(subscription)
    }
    if (held) restart(held)
    listening.add(restart)
    return () => {
      listening.delete(restart)
      stop?.()
    }
  }

  function current(): Held<C> {
    if (held) return held
    throw new BaroError(
      'closed',
      `The component that follows ${reference.channel} is not mounted. Call this from an event handler or an effect.`,
    )
  }

  return {
    get view() {
      return held?.current
    },
    actions: {
      publish: async (type, payload, options) => current().publish(type, payload, options),
      request: async (type, input) => current().request(type, input),
      signal: (type, payload) => current().signal(type, payload),
      onPublication: (listener) => listen((subscription) => subscription.onPublication(listener)),
      onSignal: (listener) => listen((subscription) => subscription.onSignal(listener)),
    },
    subscribe(changed) {
      const subscription = client?.subscribe(definition, reference)
      const stop = subscription?.onChange(changed)
      held = subscription
      if (subscription) for (const restart of listening) restart(subscription)
      return () => {
        if (held === subscription) held = undefined
        stop?.()
        subscription?.close()
      }
    },
    offer: (newer) => held?.offer(newer),
  }
}
