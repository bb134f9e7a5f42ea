import type { AnyChannel, Reference, TypesOf } from '@baro/core'
import { type Clock, type Randomness, systemClock, systemRandomness } from '@baro/core/broker'
import { createId, type ServerMessage } from '@baro/core/protocol'
import type { ClientLog } from '../changes/client-log.ts'
import { createListeners } from '../changes/listeners.ts'
import { createConnection, type Token } from '../connection/connection.ts'
import type { Status } from '../connection/status.ts'
import type { Backoff } from '../machine/backoff.ts'
import { createOutbox, type OutboxEvent } from '../outbox/outbox.ts'
import type { PageReload } from '../page/page-reload.ts'
import type { Wake } from '../page/wake.ts'
import type { Transport } from '../ports/transport.ts'
import type { ChannelView } from '../subscription/channel-view.ts'
import type { ClientCounters } from '../subscription/counters.ts'
import { createFollowedChannel, type FollowedChannel } from '../subscription/followed-channel.ts'
import { createSubscription, type Subscription } from '../subscription/subscription.ts'
import type { SubscriptionEvent } from '../subscription/subscription-machine.ts'
import type { Client } from './client.ts'

/**
 * What `createClient` takes. An option that is unknown, or not what it must be, is `bad-definition` at once: in Node, and in
 * a browser while you develop (Vite, webpack and Next.js set the condition `development`). A page that was built for its
 * users does not load these checks.
 */
export interface ClientOptions {
  /**
   * Where the hub is: a path, or a URL of `http`, `https`, `ws` or `wss`; where there is no page a URL. With anything else
   * the client gives up at its first connection, with `bad-definition`. Default `/baro` on the page's own origin.
   */
  readonly url?: string
  /**
   * What the application's `auth` checks. A function is asked for each connection, and again before its token expires. If
   * it throws, or gives none after it gave one, the status is `needs-auth` until it gives one. Default: a guest.
   */
  readonly token?: Token
  /** Moves the messages. Default: the best that works, see `rungs`; of `@baro/client/websocket`: WebSocket. */
  readonly transport?: Transport
  /** Tries in a row before giving up. Default: none, it goes on for ever. */
  readonly maxAttempts?: number
  readonly backoff?: Backoff
  /** How long a channel nobody holds is kept live, in milliseconds. Default 1,000. */
  readonly lingerMs?: number
  /** How long a link may take to open, and the hub to answer, in milliseconds. Default 10,000. */
  readonly handshakeTimeoutMs?: number
  /** How long a request waits for its answer, in milliseconds. Default 30,000. */
  readonly requestTimeoutMs?: number
  /** Most bytes of publishes and requests without an answer. Default 1 MiB. */
  readonly maxOutboxBytes?: number
  /** Default: the page's `online`, `offline`, `visibilitychange`, `pageshow` and `pagehide`. */
  readonly wake?: Wake
  /**
   * What to do when the hub has another version of a channel; called each time it says so. Default: load the page again,
   * past caches: at once, and then no sooner than 30 seconds after the last time, a minute, two, four.
   */
  readonly reload?: PageReload
  /** Default: the console. */
  readonly log?: ClientLog
  readonly clock?: Clock
  readonly randomness?: Randomness
}

/** Up to here, the stores of channels that nobody follows are kept, for whoever comes back with an older page. */
const maxChannels = 64

/** Makes a client over a transport. Nothing is opened until something is subscribed to. */
export function createClientOver(usual: Transport, options: ClientOptions): Client {
  // What only one part uses has its default there.
  const { transport = usual, log = console, clock = systemClock, randomness = systemRandomness } = options
  const shared = { ...options, transport, log, clock, randomness }
  const counters: ClientCounters = { subscribes: 0, recovered: 0, reset: 0, gaps: 0, suppressed: 0 }
  const channels = new Map<string, FollowedChannel>()
  const listeners = createListeners<{ status: Status }>(log)

  const connection = createConnection({
    ...shared,
    secret: createId(randomness),
    linkChanged(type) {
      for (const followed of channels.values()) followed.dispatch({ type })
      if (type === 'link-down') outbox.dispatch({ type })
    },
    received,
    statusChanged(status) {
      for (const followed of channels.values()) followed.refresh()
      listeners.tell('status', status)
    },
  })

  const outbox = createOutbox({ ...shared, connection, demandChanged })
  const parts = { ...shared, counters, connection, outbox, demandChanged }

  function demandChanged(): void {
    const isWanted = !outbox.isEmpty || [...channels.values()].some(({ isActive }) => isActive)
    connection.dispatch({ type: isWanted ? 'wanted' : 'unwanted' })
  }

  function received(message: ServerMessage): void {
    const { type, payload } = message
    if (type === 'baro:connected')
      // Claims are a user's: what another has sent must not be sent again as somebody else (I5).
      outbox.dispatch({ type, payload: { ...payload, claimsEpoch: `${payload.claimsEpoch} ${payload.user}` } })
    else if ('id' in payload) outbox.dispatch(message as OutboxEvent)
    else if (type === 'baro:error' && payload.attempt === undefined) log.warn(payload.message)
    else if ('channel' in payload) {
      const followed = channels.get(String(payload.channel))
      if (type === 'baro:signaled') followed?.tell('signal', payload)
      else followed?.dispatch(message as SubscriptionEvent)
    }
  }

  function follow(definition: AnyChannel, reference: Reference): FollowedChannel {
    const { channel } = reference
    const followed = channels.get(channel) ?? createFollowedChannel(channel, definition, reference, parts)
    // The newest are the last in line to be forgotten.
    channels.delete(channel)
    for (const [name, { isActive }] of channels) if (channels.size >= maxChannels && !isActive) channels.delete(name)
    channels.set(channel, followed)
    return followed
  }

  return {
    counters,
    get status() {
      return connection.status
    },
    onStatus: (listener) => listeners.on('status', listener),
    subscribe<C extends AnyChannel>(definition: C, reference: Reference<TypesOf<C>>) {
      const subscription: unknown = createSubscription(follow(definition, reference), definition, reference, parts)
      // Channels are kept side by side whatever their types; here the definition that was passed gives them back.
      return subscription as Subscription<TypesOf<C>>
    },
    peek<C extends AnyChannel>(_: C, reference: Reference<TypesOf<C>>) {
      const followed = channels.get(reference.channel)
      // As above.
      return followed?.isAtLeast(reference) ? (followed.view as ChannelView<TypesOf<C>>) : undefined
    },
    reconnect() {
      connection.dispatch({ type: 'restart' })
      outbox.dispatch({ type: 'restart' })
      demandChanged()
    },
    close() {
      connection.dispatch({ type: 'close' })
      outbox.dispatch({ type: 'close' })
    },
  }
}
