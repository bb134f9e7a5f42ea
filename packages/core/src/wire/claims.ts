import { type Shape, shape, text } from './shape.ts'

/** What the hub remembered of publishes was lost while the connection was open: an unanswered one has an unknown outcome. */
export interface ClaimsMessage {
  readonly type: 'baro:claims'
  readonly payload: {
    /** Names the new life of the claims. */
    readonly claimsEpoch: string
  }
}

/** The shape of {@link ClaimsMessage}. */
export const claims: Shape<ClaimsMessage> = shape('baro:claims', { claimsEpoch: text })
