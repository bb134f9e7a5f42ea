import type { BaroError } from '@baro/core'
import type { Delegate } from '../delegate/delegate.ts'
import type { ClientsOwnMessage } from '../delivery/encode/sdk-messages.ts'
import type { SessionOutbox } from './session-outbox.ts'

/** What subscriptions and commands see of the session they belong to. */
export interface SessionContext {
  /** Acts for whoever the session belongs to. */
  readonly delegate: Delegate
  /** The life of the claims that the client counts on. */
  readonly claimsEpoch: string | undefined
  readonly outbox: SessionOutbox
  send(message: ClientsOwnMessage): void
  /** Answers something the client sent with what was wrong about it. */
  sendError(error: BaroError, about?: { readonly payload: object }): void
}
