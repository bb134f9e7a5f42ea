import type { Status } from '../connection/status.ts'
import type { SubscriptionState } from './subscription-machine.ts'

/** The status of a subscription: that of its connection, or, once that is live, its own. */
export function subscriptionStatus(connection: Status, { name, tries, reason, dueInMs }: SubscriptionState): Status {
  const isOutdated = reason === 'outdated'
  // Asked again, it is refused until there is another answer.
  const state = isOutdated ? reason : name === 'connecting' && reason !== undefined ? 'refused' : name
  if (name === 'live' || (connection.state !== 'live' && !isOutdated)) return connection
  return { state, attempt: tries, rung: connection.rung, reason, retryInMs: dueInMs }
}
