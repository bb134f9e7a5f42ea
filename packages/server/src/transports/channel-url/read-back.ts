import { BaroError, formatPosition, type Position } from '@baro/core'
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
  const view = await broker.read(channel, { upTo: position.offset, limit, bytes: limits.catchUpBytes })
  const before = (view.publications[0]?.offset ?? position.offset + 1) - 1
  // Asked for by itself: what was read may end where its bytes end, and the position there has a check.
  const there = await broker.read(channel, { after: before, limit: 0, bytes: 0 })
  if (there.epoch !== position.epoch || there.checkThere === undefined)
    throw new BaroError('unavailable', 'History was trimmed while it was read. Ask again.')
  const next = { kind: 'at', epoch: there.epoch, offset: before, check: there.checkThere } as const
  const hasMore = before > there.floor
  const more = hasMore ? ',"more":true' : ''
  const body = `{"publications":${JSON.stringify(view.publications)},"position":"${formatPosition(next)}"${more}}`
  return { body, position: next, isClosed: hasMore, isReset: false }
}
