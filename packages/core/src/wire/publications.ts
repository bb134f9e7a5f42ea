import type { Publication } from '../publication.ts'
import { publicationList } from './publication-list.ts'
import { type Shape, shape, text } from './shape.ts'

/** Delivers what happened in a channel. */
export interface PublicationsMessage {
  readonly type: 'baro:publications'
  readonly payload: {
    readonly channel: string
    /** The position that these publications follow. A client that stands elsewhere recovers (I2). */
    readonly follows: string
    /** The position that they lead to. */
    readonly position: string
    readonly publications: readonly Publication[]
  }
}

/** The shape of {@link PublicationsMessage}. */
export const publications: Shape<PublicationsMessage> = shape('baro:publications', {
  channel: text,
  follows: text,
  position: text,
  publications: publicationList,
})
