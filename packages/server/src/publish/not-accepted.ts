import { BaroError, quote } from '@baro/core'

/** A client sent what the application has no handler for. */
export function notAccepted(channel: string, type: string): BaroError {
  return new BaroError(
    'not-accepted',
    `No handler of "${channel}" accepts ${quote(type)} from a client. Add one with hub.on.`,
  )
}
