import type { Position } from '@baro/core/protocol'
import type { Feed } from './feed.ts'

/** Whether what follows a position is history: it was published before its reader came. Without one, nothing follows. */
export function isBehind(feed: Pick<Feed, 'isHead'>, position: Position | undefined): boolean {
  if (position === undefined || position.kind === 'none') return false
  return !feed.isHead(position)
}
