import { BaroError, type ChannelTypes } from '@baro/core'
import {
  anyText,
  assertFunction,
  checkedOptions,
  nameOf,
  type OptionRules,
  objectWith,
  quote,
} from '@baro/core/protocol'
import type { PublishOptions, RequestOptions, Subscription } from '../subscription/subscription.ts'
import type { Client } from './client.ts'
import { waitOrUnbounded } from './client-option-rules.ts'

const abortSignal = objectWith('throwIfAborted', 'addEventListener', 'removeEventListener')
const publishRules: OptionRules<PublishOptions> = { id: anyText, signal: abortSignal }
const requestRules: OptionRules<RequestOptions> = { timeoutMs: waitOrUnbounded, signal: abortSignal }
/** A `to` with a typo would send to everybody. */
const signalRules: OptionRules<{ readonly to?: string }> = { to: anyText }

/**
 * A client that says what is wrong with what it is called with, in development and in Node. A name in the place of a reference
 * is never live, and a misspelt option does nothing: in a page that was built, nobody would look.
 */
export function checkedClient(client: Client): Client {
  const checks: Pick<Client, 'subscribe' | 'peek'> = {
    subscribe(definition, reference) {
      assertAsked('subscribe', definition)
      nameOf(reference)
      return checkedSubscription(client.subscribe(definition, reference))
    },
    peek(definition, reference) {
      assertAsked('peek', definition)
      nameOf(reference)
      return client.peek(definition, reference)
    },
  }
  return over(client, checks)
}

function checkedSubscription<T extends ChannelTypes>(subscription: Subscription<T>): Subscription<T> {
  const checks: Pick<Subscription<T>, 'publish' | 'request' | 'signal' | 'offer' | ListenerNames> = {
    publish: async (type, payload, options = {}) =>
      subscription.publish(type, payload, checkedOptions('publish', options, publishRules)),
    request: async (type, input, options = {}) =>
      subscription.request(type, input, checkedOptions('request', options, requestRules)),
    signal: (type, payload, options = {}) =>
      subscription.signal(type, payload, checkedOptions('signal', options, signalRules)),
    offer(reference) {
      nameOf(reference)
      subscription.offer(reference)
    },
    onChange: (listener) => subscription.onChange(heard('onChange', listener)),
    onPublication: (listener) => subscription.onPublication(heard('onPublication', listener)),
    onSignal: (listener) => subscription.onSignal(heard('onSignal', listener)),
  }
  return over(subscription, checks)
}

type ListenerNames = 'onChange' | 'onPublication' | 'onSignal'

/** What is not replaced stays as it is, its getters too. All is its own, so that whoever spreads it has the whole. */
function over<T extends object>(whole: T, replaced: Partial<T>): T {
  return Object.create(Object.getPrototypeOf(whole), {
    ...Object.getOwnPropertyDescriptors(whole),
    ...Object.getOwnPropertyDescriptors(replaced),
  })
}

function assertAsked(door: string, definition: unknown): void {
  if (typeof definition !== 'function' || !('pattern' in definition))
    throw new BaroError(
      'bad-definition',
      `${door} takes a definition and a reference of it, not ${quote(definition)} first. Call ${door}(room, room({ id: 42 })).`,
    )
}

function heard<L>(door: string, listener: L): L {
  assertFunction(door, listener)
  return listener
}
