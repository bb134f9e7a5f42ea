import type { Json } from '../json.ts'
import { json, type Shape, shape, text } from './shape.ts'

/** Answers a request. */
export interface AnswerMessage {
  readonly type: 'baro:answer'
  readonly payload: {
    readonly id: string
    /** The channel that was asked. */
    readonly channel: string
    readonly payload: Json
  }
}

/** The shape of {@link AnswerMessage}. */
export const answer: Shape<AnswerMessage> = shape('baro:answer', { id: text, channel: text, payload: json })
