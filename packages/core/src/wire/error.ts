import { optional, type Shape, shape, text, whole } from './shape.ts'

/** Says what was wrong with something that the client sent. By itself it does not close the connection. */
export interface ErrorMessage {
  readonly type: 'baro:error'
  readonly payload: {
    /** One of the error codes of PROTOCOL.md. */
    readonly code: string
    /** For a developer, in English. */
    readonly message: string
    /** The id of the publish or request that failed. */
    readonly id?: string
    /** The channel of the message that failed, if it named one. */
    readonly channel?: string
    /** The attempt of the subscribe that failed. */
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
