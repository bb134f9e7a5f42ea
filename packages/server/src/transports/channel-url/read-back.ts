import { BaroError, type Broker, type Position } from '@baro/core'
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
  const view = await broker.read(channel, { upTo: position.offset, limit, bytes: limits.catchUpBytes })
  const before = (view.publications[0]?.offset ?? position.offset + 1) - 1
  // Asked for by itself: what was read may end where its bytes end, and the position there has a check.
  const there = await broker.read(channel, { after: before, limit: 0, bytes: 0 })
  if (there.epoch !== position.epoch || there.checkThere === undefined)
    throw new BaroError('unavailable', 'History was trimmed while it was read. Ask again.')
  const next = { kind: 'at', epoch: there.epoch, offset: before, check: there.checkThere } as const
  const hasMore = before > there.floor
  return { body: rangeBody(view.publications, next, hasMore), position: next, isClosed: hasMore, isReset: false }
}
