/** Brokers with one guard of a stream taken out each. */
import type { Broker, HistoryBounds, ReadRange, StreamView } from '@baro/core/broker'
import { type Place, positionAfter } from '@baro/core/protocol'

/** Where a read came to is taken from its last publication. */
export function readingToTheLast(broker: Broker): Broker {
  return {
    ...broker,
    async read(channel, range) {
      const view = await broker.read(channel, range)
      const last = view.publications.at(-1)
      const upTo: Place = last ? positionAfter(view.epoch, last) : (view.from ?? view.upTo)
      return { ...view, upTo: { offset: upTo.offset, check: upTo.check } }
    },
  }
}

/** Whatever state is proposed with an append is kept as the one that the append leads to. */
export function keepingAnyCheckpoint(broker: Broker): Broker {
  return {
    ...broker,
    async append(channel, entries, bounds, options = {}) {
      const appended = await broker.append(channel, entries, bounds, options)
      const { checkpoint } = options
      if (appended.outcome !== 'appended' || !checkpoint || !appended.wantsCheckpoint) return appended
      const { version, state } = checkpoint
      await broker.writeCheckpoint(channel, { position: appended.delivery.position, version, state })
      return { ...appended, wantsCheckpoint: false }
    },
  }
}

/** History is trimmed to its bounds, whether or not the state was kept. */
export function trimmingBlindly(broker: Broker): Broker {
  const kept = new Map<string, HistoryBounds>()
  return {
    ...broker,
    append(channel, entries, bounds, options) {
      kept.set(channel, bounds)
      return broker.append(channel, entries, bounds, options)
    },
    async read(channel, range) {
      const bounds = kept.get(channel)
      if (!bounds) return broker.read(channel, range)
      const newest = await broker.read(channel, { limit: bounds.size, bytes: bounds.bytes })
      const floor = Math.max(newest.from?.offset ?? 0, newest.floor)
      const view = await broker.read(channel, range)
      return view.epoch === newest.epoch && floor > view.floor ? trimmed(view, range, floor) : view
    },
  }
}

function trimmed(view: StreamView, range: ReadRange, floor: number): StreamView {
  const { from, publications, ...rest } = view
  const left = publications.filter(({ offset }) => offset > floor)
  if (!('after' in range)) return { ...view, floor, publications: left }
  const isKnown = range.after >= floor
  return { ...rest, floor, publications: left, ...(isKnown && from && { from }) }
}
