import { optional, type Shape, shape, text, whole } from './shape.ts'

/** Answers `baro:connect`: the connection is open. */
export interface ConnectedMessage {
  readonly type: 'baro:connected'
  readonly payload: {
    /** Names the session, for logs and for the inspector. */
    readonly session: string
    /** Who the server says this is; absent for a guest. */
    readonly user?: string
    /** The server is silent for at most this long; after twice as long the client reconnects. */
    readonly heartbeatIntervalMs: number
    /** A longer message is refused. */
    readonly maxMessageBytes: number
    /** How long a publish may be repeated with its id (I5). */
    readonly publishWindowMs: number
    /** Names the life of the claims: under another one, an unanswered publish has an unknown outcome. */
    readonly claimsEpoch: string
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
})
