import type { AnyChannel, ChannelTypes, TypesOf } from './channel.ts'
import type { Reference } from './reference.ts'

/** A value at a position: what a page embeds, and what a browser continues from. Plain and serialisable. */
export interface Snapshot<T extends ChannelTypes = ChannelTypes> extends Reference<T> {
  /** Where the value was read, as opaque text; `none` if there was no hub. */
  readonly position: string
  /** The `version` of the definition that made the value. */
  readonly version: string
  /**
   * The state of the channel at the position; `undefined` if the channel has none. It is plain JSON, so that every page
   * can embed it: bytes stand in it as in JSON text. Call `liveValue` to get a `Uint8Array` for them.
   */
  readonly value: T['state']
}

/** The snapshots of a definition: `SnapshotOf<typeof room>` is what a page hands to its components. */
export type SnapshotOf<C extends AnyChannel> = Snapshot<TypesOf<C>>

/** Whether a reference carries a value. */
export function isSnapshot<T extends ChannelTypes>(reference: Reference<T> | Snapshot<T>): reference is Snapshot<T> {
  return 'position' in reference
}
