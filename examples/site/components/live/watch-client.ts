import type { Client } from '@baro/client'

/** A channel that the page follows. */
export interface WatchedChannel {
  readonly channel: string
  readonly position: string | undefined
}

/** A publication that came. */
export interface WatchedPublication {
  readonly number: number
  readonly channel: string
  readonly type: string
  readonly offset: number
  /** When the server took it, in milliseconds since 1970. */
  readonly time: number
}

/** What a page receives. */
export interface Watched {
  readonly channels: readonly WatchedChannel[]
  /** The newest first. */
  readonly publications: readonly WatchedPublication[]
}

/** A client, and what comes to it. */
export interface WatchedClient {
  readonly client: Client
  readonly watched: Watched
  onChange(listener: () => void): () => void
}

const kept = 8

/** Notes what comes to a client; it changes nothing of it. */
export function watchClient(client: Client): WatchedClient {
  const channels = new Map<string, () => WatchedChannel | undefined>()
  const listeners = new Set<() => void>()
  let watched: Watched = { channels: [], publications: [] }
  let number = 0

  function changed(publications = watched.publications): void {
    watched = { channels: [...channels.values()].flatMap((channel) => channel() ?? []), publications }
    for (const listener of listeners) listener()
  }

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
        subscription.onPublication(({ type, offset, time }) => {
          number++
          changed([{ number, channel, type, offset, time }, ...watched.publications].slice(0, kept))
        })
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
