import type { Json } from '../json.ts'
import { json, optional, type Shape, shape, text, whole } from './shape.ts'

/** Tells a subscription to start again from this snapshot (I4). It answers a subscribe, or comes later by itself. */
export interface ResetMessage {
  readonly type: 'baro:reset'
  readonly payload: {
    readonly channel: string
    /** The newest attempt of the subscription. */
    readonly attempt: number
    /** One of the reset reasons of PROTOCOL.md. */
    readonly reason: string
    /** The position of the snapshot. */
    readonly position: string
    /** The state of the channel at the position; absent if it has none. */
    readonly snapshot?: Json
  }
}

/** The shape of {@link ResetMessage}. */
export const reset: Shape<ResetMessage> = shape('baro:reset', {
  channel: text,
  attempt: whole,
  reason: text,
  position: text,
  snapshot: optional(json),
})
