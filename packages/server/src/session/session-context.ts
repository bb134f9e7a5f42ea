import type { BaroError, ServerMessage } from '@baro/core'
import type { Identity } from '../channel/handlers.ts'
import type { Outbox } from '../delivery/outbox.ts'
import type { Framing } from '../ports/socket.ts'

/** What subscriptions and commands see of the session they belong to. */
export interface SessionContext {
  readonly id: string
  readonly user: Identity | undefined
  /** Whose publish ids these are (I5). */
  readonly scope: string
  /** The life of the claims that the client counts on. */
  readonly claimsEpoch: string | undefined
  readonly framing: Framing
  readonly outbox: Outbox
  send(message: ServerMessage): void
  /** Answers something the client sent with what was wrong about it. */
  sendError(error: BaroError, about?: { readonly payload: object }): void
}
