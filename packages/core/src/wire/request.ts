import type { Json } from '../json.ts'
import { json, type Shape, shape, text } from './shape.ts'

/** Asks the channel a question. `baro:answer` or `baro:error` with the channel and the id answers it. */
export interface RequestMessage {
  readonly type: 'baro:request'
  readonly payload: {
    readonly id: string
    readonly channel: string
    readonly type: string
    readonly payload: Json
  }
}

/** The shape of {@link RequestMessage}. */
export const request: Shape<RequestMessage> = shape('baro:request', {
  id: text,
  channel: text,
  type: text,
  payload: json,
})
