import type { Json } from '../json.ts'
import { json, optional, type Shape, shape, text } from './shape.ts'

/** Delivers a signal. */
export interface SignaledMessage {
  readonly type: 'baro:signaled'
  readonly payload: {
    readonly channel: string
    readonly type: string
    readonly payload: Json
    readonly by?: string
  }
}

/** The shape of {@link SignaledMessage}. */
export const signaled: Shape<SignaledMessage> = shape('baro:signaled', {
  channel: text,
  type: text,
  payload: json,
  by: optional(text),
})
