import { BaroError } from '@baro/core'
import { type Position, positionAt } from '@baro/core/protocol'
import { rangeBody } from '../../delivery/encode/answer-bodies.ts'
import type { Feed } from '../../stream/feed.ts'
import { type PollAnswer, type Polling, poll } from './poll.ts'

/** The kept publications up to a position, oldest first. The answer's `position` is where the next read back starts. */
export async function readBack(
  polling: Polling,
  feed: Feed,
  position: Position | undefined,
  limit: number,
): Promise<PollAnswer> {
  const found = await feed.after(position)
  if (found.outcome === 'reset' || position?.kind !== 'at') return poll(polling, feed, position, limit)
  const { epoch, from, floor, publications } = await feed.readNewest(limit, position.offset)
  if (epoch !== position.epoch || !from)
    throw new BaroError('unavailable', 'History was trimmed while it was read. Ask again.')
  const next = positionAt(epoch, from)
  const hasMore = from.offset > floor
  return { body: rangeBody(publications, next, hasMore), position: next, isClosed: hasMore, isReset: false }
}
