import type { Json } from '../json.ts'
import { json, optional, type Shape, shape, text, whole } from './shape.ts'

/** Asks to follow a channel from a position. */
export interface SubscribeMessage {
  readonly type: 'baro:subscribe'
  readonly payload: {
    readonly channel: string
    /** The number of this try. The answer carries it, and a client ignores answers to older tries (I3). */
    readonly attempt: number
    /** Where the client stands; absent if it has no snapshot. */
    readonly position?: string
    /** The `version` of the client's definition. */
    readonly version: string
    /** What the client tells of itself where that makes it a member: in `baro~here:NAME`. */
    readonly state?: Json
  }
}

/** The shape of {@link SubscribeMessage}. */
export const subscribe: Shape<SubscribeMessage> = shape('baro:subscribe', {
  channel: text,
  attempt: whole,
  position: optional(text),
  version: text,
  state: optional(json),
})
