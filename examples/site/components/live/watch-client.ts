import type { Client, Transport } from '@baro/client'
import type { ClientMessage, ServerMessage } from '@baro/core/protocol'
import { watchTransport } from './watch-transport.ts'

/** A channel that the page follows. */
export interface WatchedChannel {
  readonly channel: string
  readonly position: string | undefined
}

/** A message that passed. */
export interface WatchedFrame {
  readonly number: number
  readonly way: 'sent' | 'received'
  /** In milliseconds since 1970, by this browser. */
  readonly time: number
  readonly message: ClientMessage | ServerMessage
}

/** What goes on under a page. */
export interface Watched {
  readonly channels: readonly WatchedChannel[]
  /** The newest first. */
  readonly frames: readonly WatchedFrame[]
}

/** A client, and what goes on under it. */
export interface WatchedClient {
  readonly client: Client
  readonly watched: Watched
  onChange(listener: () => void): () => void
}

const kept = 12

/** Notes what a client follows, and what passes its transport; it changes nothing of either. */
export function watchClient(usual: Transport, make: (transport: Transport) => Client): WatchedClient {
  const channels = new Map<string, () => WatchedChannel | undefined>()
  const listeners = new Set<() => void>()
  let watched: Watched = { channels: [], frames: [] }
  let number = 0

  function changed(frames = watched.frames): void {
    watched = { channels: [...channels.values()].flatMap((channel) => channel() ?? []), frames }
    for (const listener of listeners) listener()
  }

  const client = make(
    watchTransport(usual, (way, message) => {
      number++
      changed([{ number, way, time: Date.now(), message }, ...watched.frames].slice(0, kept))
    }),
  )

  return {
    client: {
      ...client,
      get status() {
        return client.status
      },
      subscribe(definition, reference) {
        const { channel } = reference
        const subscription = client.subscribe(definition, reference)
        channels.set(channel, () => {
          const { position, status } = subscription.current
          return status.state === 'idle' ? undefined : { channel, position }
        })
        subscription.onChange(() => changed())
        return subscription
      },
    },
    get watched() {
      return watched
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
