import type { Broker, Clock, Randomness } from '@baro/core/broker'
import { createId } from '@baro/core/protocol'

/** The channel whose epoch names the feed: it lives as long as what the broker remembers. */
const channel = 'baro~feed'

/** It has one publication, which stays. */
const bounds = { size: 1, ttlMs: Number.MAX_SAFE_INTEGER, bytes: 1_000 }

/**
 * The name of the feed of a broker. Nodes that share a broker share a feed; a broker that forgot its channels has another
 * one, because what was fed is gone.
 */
export async function feedName(broker: Broker, clock: Clock, randomness: Randomness): Promise<string> {
  const entry = { type: 'feed', payload: {}, id: createId(randomness), time: clock.now() }
  // The cursor makes that one append happens, whichever nodes come at once.
  await broker.append(channel, [entry], bounds, { cursor: 1 })
  const { epoch } = await broker.read(channel, { limit: 0, bytes: 0 })
  return epoch
}
