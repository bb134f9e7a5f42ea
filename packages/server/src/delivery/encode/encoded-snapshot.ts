import type { AtPosition } from '@baro/core/protocol'

/** A value at a position. Its JSON text is made once for all who need it. */
export interface EncodedSnapshot {
  readonly position: AtPosition
  /** The value as JSON; `undefined` if the channel has no snapshot. */
  readonly valueText: string | undefined
}
