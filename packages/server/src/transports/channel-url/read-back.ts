import { BaroError, formatPosition, type Position, positionAt } from '@baro/core'
import type { HubParts } from '../../hub/hub-parts.ts'
import type { Feed } from '../../stream/feed.ts'
import { type PollAnswer, poll } from './poll.ts'

/** The kept publications up to a position, oldest first; `position` is where to go back from next. */
export async function readBack(
  parts: HubParts,
  feed: Feed,
  position: Position | undefined,
  limit: number,
): Promise<PollAnswer> {
  const { broker, limits } = parts
  const { channel } = feed.resolved
  const found = await feed.after(position)
  if (found.outcome === 'reset' || position?.kind !== 'at') return poll(parts, feed, position, limit)
  const view = await broker.read(channel, { until: position.offset, limit, bytes: limits.catchUpBytes })
  const { epoch, from, floor } = view
  if (epoch !== position.epoch || !from)
    throw new BaroError('unavailable', 'History was trimmed while it was read. Ask again.')
  const next = positionAt(epoch, from)
  const hasMore = from.offset > floor
  const more = hasMore ? ',"more":true' : ''
  const body = `{"publications":${JSON.stringify(view.publications)},"position":"${formatPosition(next)}"${more}}`
  return { body, position: next, isClosed: hasMore, isReset: false }
}
