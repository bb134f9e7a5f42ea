import { optional, type Shape, shape, text } from './shape.ts'

/** Answers `baro:unsubscribe`, or ends a subscription from the server's side. */
export interface UnsubscribedMessage {
  readonly type: 'baro:unsubscribed'
  readonly payload: {
    readonly channel: string
    /** An error code, if the server ended it. */
    readonly code?: string
    readonly message?: string
  }
}

/** The shape of {@link UnsubscribedMessage}. */
export const unsubscribed: Shape<UnsubscribedMessage> = shape('baro:unsubscribed', {
  channel: text,
  code: optional(text),
  message: optional(text),
})
