import type { Json } from '../json.ts'
import { json, optional, type Shape, shape, text, whole } from './shape.ts'

/** Asks a handler to take an event. `baro:published` or `baro:error` with the channel and the id answers it (I5). */
export interface PublishMessage {
  readonly type: 'baro:publish'
  readonly payload: {
    /** Names the publication. Without a turn it also claims the publish: the same id again gets the first answer. */
    readonly id: string
    readonly channel: string
    readonly type: string
    readonly payload: Json
    /** Whose turn it is: an id that one life of a client made for itself. `number` and `confirmed` come with it. */
    readonly producer?: string
    /** Claims the publish: 1 for the producer's first on this channel, and one more for each that follows. */
    readonly number?: number
    /** The client has the answers up to this number, so nobody needs to remember them. */
    readonly confirmed?: number
  }
}

/** The shape of {@link PublishMessage}. */
export const publish: Shape<PublishMessage> = shape('baro:publish', {
  id: text,
  channel: text,
  type: text,
  payload: json,
  producer: optional(text),
  number: optional(whole),
  confirmed: optional(whole),
})
