import type { Appended, Broker, Delivery, Entry, StreamView } from '@baro/core/broker'
import { createId } from '@baro/core/protocol'
import type { SeededRandomness } from '../seeded-randomness.ts'
import { hiddenType, room } from './channels.ts'

/** A broker whose channels are views of larger streams, as the rows are that a filter lets through. */
export interface ViewBroker extends Broker {
  /** Something happens in the larger stream that the view does not show: its position moves alone. */
  moveAlone(channel: string): Promise<void>
}

/** What `createViewBroker` takes. */
export interface ViewBrokerOptions {
  /** Has the larger streams. */
  readonly broker: Broker
  readonly randomness: SeededRandomness
  /** The time for people. */
  now(): number
}

/** How many appends find something before them that is not shown. */
const hiddenShare = 0.3

/**
 * Makes one. Offsets have gaps, reads reach further than their last publication, and deliveries may be empty: what takes
 * its position from the last publication stands still in a quiet view, or at a place that is behind.
 */
export function createViewBroker({ broker, randomness, now }: ViewBrokerOptions): ViewBroker {
  function hidden(): Entry {
    return { type: hiddenType, payload: {}, id: createId(randomness), time: now() }
  }

  function viewed<Part extends Delivery | StreamView>(part: Part): Part {
    return { ...part, publications: part.publications.filter(({ type }) => type !== hiddenType) }
  }

  function viewedAppend(appended: Appended): Appended {
    return appended.outcome === 'appended' ? { ...appended, delivery: viewed(appended.delivery) } : appended
  }

  return {
    ...broker,
    async append(channel, entries, ...rest) {
      const more = randomness.chance(hiddenShare) ? [hidden()] : []
      return viewedAppend(await broker.append(channel, [...more, ...entries], ...rest))
    },
    async redact(...args) {
      const delivery = await broker.redact(...args)
      return delivery && viewed(delivery)
    },
    read: async (...args) => viewed(await broker.read(...args)),
    follow: (channel, follower) =>
      broker.follow(channel, {
        deliver: (delivery) => follower.deliver(viewed(delivery)),
        signal: (signal) => follower.signal(signal),
        lost: () => follower.lost(),
      }),
    async moveAlone(channel) {
      await broker.append(channel, [hidden()], room.history)
    },
  }
}
