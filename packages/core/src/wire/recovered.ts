import type { Publication } from '../publication.ts'
import { publicationList } from './publication-list.ts'
import { type Shape, shape, text, whole } from './shape.ts'

/** Answers a subscribe: the client continues from its position, and these publications follow it (I2). */
export interface RecoveredMessage {
  readonly type: 'baro:recovered'
  readonly payload: {
    readonly channel: string
    readonly attempt: number
    /** The position the client gave. */
    readonly follows: string
    /** Where the client stands after these publications. */
    readonly position: string
    readonly publications: readonly Publication[]
  }
}

/** The shape of {@link RecoveredMessage}. */
export const recovered: Shape<RecoveredMessage> = shape('baro:recovered', {
  channel: text,
  attempt: whole,
  follows: text,
  position: text,
  publications: publicationList,
})
