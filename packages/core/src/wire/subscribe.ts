import { optional, type Shape, shape, text, whole } from './shape.ts'

/** Asks to follow a channel from a position. */
export interface SubscribeMessage {
  readonly type: 'baro:subscribe'
  readonly payload: {
    readonly channel: string
    /** Numbers this try; the answer carries it, and an answer to an older try is ignored (I3). */
    readonly attempt: number
    /** Where the client stands; absent if it has nothing. */
    readonly position?: string
    /** The `version` of the client's definition. */
    readonly version: string
  }
}

/** The shape of {@link SubscribeMessage}. */
export const subscribe: Shape<SubscribeMessage> = shape('baro:subscribe', {
  channel: text,
  attempt: whole,
  position: optional(text),
  version: text,
})
