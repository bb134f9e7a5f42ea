import { createHash } from 'node:crypto'

/** All our slots begin with this. */
export const slotPrefix = 'baro_'

/**
 * The slot of a feed. Slots are named for the whole server, and a feed is the life of a broker, so no two hubs with brokers of
 * their own, on whatever databases, meet in one.
 */
export function slotOf(feed: string): string {
  return `${slotPrefix}${createHash('sha256').update(feed).digest('hex').slice(0, 24)}`
}
