import { optional, type Shape, shape, text } from './shape.ts'

/** Answers a publish: its handler is done. */
export interface PublishedMessage {
  readonly type: 'baro:published'
  readonly payload: {
    readonly id: string
    /** The channel of the publish. Beside it the id names one: each channel has claims of its own (I5). */
    readonly channel: string
    /** The position right after the publication with this id; absent if the handler published nothing under the id. */
    readonly position?: string
  }
}

/** The shape of {@link PublishedMessage}. */
export const published: Shape<PublishedMessage> = shape('baro:published', {
  id: text,
  channel: text,
  position: optional(text),
})
