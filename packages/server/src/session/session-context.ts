import type { BaroError } from '@baro/core'
import type { Delegate } from '../delegate/delegate.ts'
import type { ClientsOwnMessage } from '../delivery/encode/sdk-messages.ts'
import type { Named } from './named.ts'
import type { SessionOutbox } from './session-outbox.ts'

/** What subscriptions and commands see of the session they belong to. */
export interface SessionContext {
  /** Acts for the user or guest of the session. */
  readonly delegate: Delegate
  /** The life of the claims that the client counts on; `undefined` until it is known. */
  readonly claimsEpoch: string | undefined
  readonly outbox: SessionOutbox
  /** It makes its principal a member of a channel, so its end must be found out soon. */
  isMember(): void
  /** The user's time is over: the session ends, and the client is to come back with a new token. */
  over(error: BaroError): void
  /** Queues a message that must arrive. */
  send(message: ClientsOwnMessage): void
  /** Answers something that the client sent with an error that names it. */
  sendError(error: BaroError, named: Named): void
}
