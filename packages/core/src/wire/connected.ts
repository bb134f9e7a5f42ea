import { optional, type Shape, shape, text, whole } from './shape.ts'

/** Answers `baro:connect`: the connection is open. */
export interface ConnectedMessage {
  readonly type: 'baro:connected'
  readonly payload: {
    /** Names the session, for logs and for the inspector. */
    readonly session: string
    /** The id of the user, as the server knows it; absent for a guest. */
    readonly user?: string
    /** The server is silent for at most about this long. A client that hears nothing for twice as long reconnects. */
    readonly heartbeatIntervalMs: number
    /** A longer message closes a WebSocket with 1009; in a POST it is refused as `too-large`. */
    readonly maxMessageBytes: number
    /** How long a publish may be repeated with its id or its turn (I5). */
    readonly publishWindowMs: number
    /** The name of the life of the claims. In another life, an unanswered publish has an unknown outcome. */
    readonly claimsEpoch: string
    /** After how long the token expires; absent if never. */
    readonly expiresInMs?: number
  }
}

/** The shape of {@link ConnectedMessage}. */
export const connected: Shape<ConnectedMessage> = shape('baro:connected', {
  session: text,
  user: optional(text),
  heartbeatIntervalMs: whole,
  maxMessageBytes: whole,
  publishWindowMs: whole,
  claimsEpoch: text,
  expiresInMs: optional(whole),
})
