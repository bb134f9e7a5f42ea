import { BaroError, type Broker, type Position, positionAt } from '@baro/core'
import { rangeBody } from '../../delivery/encode/answer-bodies.ts'
import type { Counters } from '../../observe/counters.ts'
import type { Limits } from '../../ports/limits.ts'
import type { Feed } from '../../stream/feed.ts'
import { type PollAnswer, poll } from './poll.ts'

/** What reading backwards needs of its hub. */
export interface ReadBackParts {
  readonly broker: Broker
  readonly limits: Limits
  readonly counters: Counters
}

/** The kept publications up to a position, oldest first; `position` is where to go back from next. */
export async function readBack(
  { broker, limits, counters }: ReadBackParts,
  feed: Feed,
  position: Position | undefined,
  limit: number,
): Promise<PollAnswer> {
  const { channel } = feed.resolved
  const found = await feed.after(position)
  if (found.outcome === 'reset' || position?.kind !== 'at') return poll(counters, feed, position, limit)
  const view = await broker.read(channel, { until: position.offset, limit, bytes: limits.catchUpBytes })
  const { epoch, from, floor } = view
  if (epoch !== position.epoch || !from)
    throw new BaroError('unavailable', 'History was trimmed while it was read. Ask again.')
  const next = positionAt(epoch, from)
  const hasMore = from.offset > floor
  return { body: rangeBody(view.publications, next, hasMore), position: next, isClosed: hasMore, isReset: false }
}
