import type { Broker, StreamSource } from '@baro/core/broker'

/** The broker's stream of one channel. */
export function brokerSource(broker: Broker, channel: string): StreamSource {
  return {
    read: (range) => broker.read(channel, range),
    follow: (follower) => broker.follow(channel, follower),
  }
}
