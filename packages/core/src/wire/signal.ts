import type { Json } from '../json.ts'
import { json, type Shape, shape, text } from './shape.ts'

/** Sends a message that is not kept. Nothing answers it, except an error. */
export interface SignalMessage {
  readonly type: 'baro:signal'
  readonly payload: {
    readonly channel: string
    readonly type: string
    readonly payload: Json
  }
}

/** The shape of {@link SignalMessage}. */
export const signal: Shape<SignalMessage> = shape('baro:signal', { channel: text, type: text, payload: json })
