import type { ChannelView, Client, Subscription } from '@baro/client'
import { type AnyChannel, BaroError, type ChannelTypes, type Reference, type Snapshot, type TypesOf } from '@baro/core'

/** What a component does with a channel besides showing it. The functions stay the same from render to render. */
export type ChannelActions<T extends ChannelTypes> = Pick<
  Subscription<T>,
  'publish' | 'request' | 'signal' | 'onPublication' | 'onSignal'
>

/** A reference, or a snapshot, of a definition's channel. */
export type ReferenceOf<C extends AnyChannel> = Reference<TypesOf<C>> | Snapshot<TypesOf<C>>

/** A component's hold on a channel: it subscribes while it is mounted. */
export interface ChannelHandle<C extends AnyChannel> {
  readonly actions: ChannelActions<TypesOf<C>>
  /** Subscribes until the returned function is called. */
  mount(changed: () => void): () => void
  /** What the client knows of the channel, if that is at least as new as the reference. */
  current(reference: ReferenceOf<C>): ChannelView<TypesOf<C>> | undefined
  /** Offers what a newer page brought (I3). */
  offer(reference: ReferenceOf<C>): void
}

/** A listener that was given before there was a subscription, or outlives one. */
interface Listening<T extends ChannelTypes> {
  readonly start: (subscription: Subscription<T>) => () => void
  stop: (() => void) | undefined
}

/** Makes a handle; nothing is subscribed to until it is mounted. */
export function createChannelHandle<C extends AnyChannel>(
  client: Client | undefined,
  definition: C,
  firstReference: ReferenceOf<C>,
): ChannelHandle<C> {
  type T = TypesOf<C>
  const listening = new Set<Listening<T>>()
  let reference = firstReference
  let subscription: Subscription<T> | undefined

  /** Acts on the subscription. A child's effects run before its parent is mounted: then one is held just for that. */
  function withSubscription<R>(act: (subscription: Subscription<T>) => R): R {
    if (subscription) return act(subscription)
    if (!client)
      throw new BaroError('unavailable', 'Nothing is sent while a server renders. Send from an effect or an event.')
    const held = client.subscribe(definition, reference)
    try {
      return act(held)
    } finally {
      held.close()
    }
  }

  function listen(start: Listening<T>['start']): () => void {
    const one: Listening<T> = { start, stop: subscription && start(subscription) }
    listening.add(one)
    return () => {
      one.stop?.()
      listening.delete(one)
    }
  }

  return {
    actions: {
      publish: async (type, payload, options) => withSubscription((held) => held.publish(type, payload, options)),
      request: async (type, input, options) => withSubscription((held) => held.request(type, input, options)),
      signal: (type, payload, options) => withSubscription((held) => held.signal(type, payload, options)),
      onPublication: (listener) => listen((held) => held.onPublication(listener)),
      onSignal: (listener) => listen((held) => held.onSignal(listener)),
    },
    mount(changed) {
      const mounted = client?.subscribe(definition, reference)
      subscription = mounted
      mounted?.onChange(changed)
      if (mounted) for (const one of listening) one.stop = one.start(mounted)
      return () => {
        for (const one of listening) {
          one.stop?.()
          one.stop = undefined
        }
        subscription = undefined
        mounted?.close()
      }
    },
    current: (page) => (subscription ? subscription.current : client?.peek(definition, page)),
    offer(page) {
      reference = page
      subscription?.offer(page)
    },
  }
}
