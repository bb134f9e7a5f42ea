import type { Json } from '../json.ts'
import { json, type Shape, shape, text } from './shape.ts'

/** Asks a handler to take an event; answered by `baro:published` or `baro:error` with the id (I5). */
export interface PublishMessage {
  readonly type: 'baro:publish'
  readonly payload: {
    /** Claims the publish: the same id again gets the first answer. */
    readonly id: string
    readonly channel: string
    readonly type: string
    readonly payload: Json
  }
}

/** The shape of {@link PublishMessage}. */
export const publish: Shape<PublishMessage> = shape('baro:publish', {
  id: text,
  channel: text,
  type: text,
  payload: json,
})
