import { BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'

/** The error for a type that no handler of the application accepts from clients. */
export function notAccepted(channel: string, type: string): BaroError {
  return new BaroError(
    'not-accepted',
    `No handler of "${channel}" accepts ${quote(type)} from a client. Add one with hub.on.`,
  )
}
