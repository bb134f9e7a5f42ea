import type { Json } from '../json.ts'
import { json, optional, type Shape, shape, text } from './shape.ts'

/** Sends a message that is not kept. Nothing answers it, except an error. */
export interface SignalMessage {
  readonly type: 'baro:signal'
  readonly payload: {
    readonly channel: string
    readonly type: string
    readonly payload: Json
    /** The user whom it is for, as the client says. The handler decides. */
    readonly to?: string
  }
}

/** The shape of {@link SignalMessage}. */
export const signal: Shape<SignalMessage> = shape('baro:signal', {
  channel: text,
  type: text,
  payload: json,
  to: optional(text),
})
