import { optional, type Shape, shape, text, whole } from './shape.ts'

/** Says what was wrong with something the client sent. The connection stays open. */
export interface ErrorMessage {
  readonly type: 'baro:error'
  readonly payload: {
    /** One of the error codes of PROTOCOL.md. */
    readonly code: string
    /** For a developer, in English. */
    readonly message: string
    /** Of the publish or request that failed. */
    readonly id?: string
    /** Of the subscribe, unsubscribe or signal that failed. */
    readonly channel?: string
    /** Of the subscribe that failed. */
    readonly attempt?: number
  }
}

/** The shape of {@link ErrorMessage}. */
export const error: Shape<ErrorMessage> = shape('baro:error', {
  code: text,
  message: text,
  id: optional(text),
  channel: optional(text),
  attempt: optional(whole),
})
