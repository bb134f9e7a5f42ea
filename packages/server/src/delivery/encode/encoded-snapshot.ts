import type { Position } from '@baro/core/protocol'

/** A value at a position. Its JSON text is made once for all who need it. */
export interface EncodedSnapshot {
  /** Of any kind: rows are read at a database snapshot. */
  readonly position: Position
  /** The value as JSON; `undefined` if the channel has no snapshot. */
  readonly valueText: string | undefined
}
