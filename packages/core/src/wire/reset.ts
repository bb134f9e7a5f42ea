import type { Json } from '../json.ts'
import { json, optional, type Shape, shape, text, whole } from './shape.ts'

/** Answers a subscribe, or interrupts a reader whose history is gone: start again from this snapshot (I4). */
export interface ResetMessage {
  readonly type: 'baro:reset'
  readonly payload: {
    readonly channel: string
    /** The attempt of the subscription this belongs to. */
    readonly attempt: number
    /** One of the reset reasons of PROTOCOL.md. */
    readonly reason: string
    /** Where the snapshot was read. */
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
