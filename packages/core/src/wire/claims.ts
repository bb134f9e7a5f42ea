import { type Shape, shape, text } from './shape.ts'

/**
 * The claims are in another life than the connection began with, so an unanswered publish has an unknown outcome (I5).
 * A hub does not send it on an open link: it ends the link. A client's link without WebSocket makes it, when the answer
 * to its next request names another life.
 */
export interface ClaimsMessage {
  readonly type: 'baro:claims'
  readonly payload: {
    /** The name of the new life of the claims. */
    readonly claimsEpoch: string
  }
}

/** The shape of {@link ClaimsMessage}. */
export const claims: Shape<ClaimsMessage> = shape('baro:claims', { claimsEpoch: text })
