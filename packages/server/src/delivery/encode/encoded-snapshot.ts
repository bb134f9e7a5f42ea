import type { AtPosition } from '@baro/core'

/** A value at a position, with its JSON made once for everybody who needs it. */
export interface EncodedSnapshot {
  readonly position: AtPosition
  /** `undefined` if the channel has no snapshot. */
  readonly valueText: string | undefined
}
