import type { Broker, Clock, HistoryBounds, Randomness } from '@baro/core/broker'
import { createId } from '@baro/core/protocol'

/** The channel whose epoch names the feed: it lives as long as what the broker remembers. */
export const feedChannel = 'baro~feed'

/** Its newest publication stays. */
export const feedBounds: HistoryBounds = { size: 1, ttlMs: Number.MAX_SAFE_INTEGER, bytes: 1_000 }

/**
 * The name of the feed of a broker. Nodes that share a broker share a feed; a broker that forgot its channels has another
 * one, because what was fed is gone.
 */
export async function feedName(broker: Broker, clock: Clock, randomness: Randomness): Promise<string> {
  const entry = { type: 'feed', payload: {}, id: createId(randomness), time: clock.now() }
  // The cursor makes that one append happens, whichever nodes come at once.
  await broker.append(feedChannel, [entry], feedBounds, { cursor: 1 })
  const { epoch } = await broker.read(feedChannel, { limit: 0, bytes: 0 })
  return epoch
}
