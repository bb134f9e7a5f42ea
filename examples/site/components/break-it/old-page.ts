import type { SnapshotOf } from '@baro/core'
import type { board } from '../../channels/board.ts'

/** A page as the cache has kept it. */
export interface OldPage {
  readonly snapshot: SnapshotOf<typeof board>
  /** In milliseconds since 1970. */
  readonly renderedAtMs: number
}
