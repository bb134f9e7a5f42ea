import { optional, type Shape, shape, text, whole } from './shape.ts'

/** The first message of a client: who it is and what it speaks. */
export interface ConnectMessage {
  readonly type: 'baro:connect'
  readonly payload: {
    /** The protocol version, `protocolVersion`. */
    readonly protocol: number
    /**
     * A secret that the client made for itself: the scope of its publish ids and turns while nobody is signed in (I5).
     */
    readonly client: string
    /** What the application's `auth` checks. */
    readonly token?: string
    /**
     * The life of the claims that the publishes of this connection count on. Absent: the one `baro:connected` names.
     */
    readonly claimsEpoch?: string
  }
}

/** The shape of {@link ConnectMessage}. */
export const connect: Shape<ConnectMessage> = shape('baro:connect', {
  protocol: whole,
  client: text,
  token: optional(text),
  claimsEpoch: optional(text),
})
