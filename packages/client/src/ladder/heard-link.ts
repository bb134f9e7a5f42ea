import { type Clock, deadlineIn } from '@baro/core/broker'
import type { Link, LinkEvents, Transport } from '../ports/transport.ts'

/** How long a link may be silent at first before it counts as swallowed, in milliseconds. */
const defaultHelloTimeoutMs = 4_000

/** A link that broke before this age, in milliseconds, says something about its rung. */
export const youngMs = 10_000

/** Opens a link that ends where nothing is heard at first: some proxies accept, and swallow. */
export function openHeard(
  transport: Transport,
  url: string,
  events: LinkEvents,
  clock: Clock,
  helloTimeoutMs: number = defaultHelloTimeoutMs,
): Link {
  const link = transport.open(url, {
    opened: events.opened,
    received(message) {
      cancel()
      events.received(message)
    },
    closed(code, reason) {
      cancel()
      events.closed(code, reason)
    },
  })
  // A page that begins may stand still for longer than that, on a slow phone: what came meanwhile is read first.
  const cancel = deadlineIn(clock, helloTimeoutMs, () => {
    link.close()
    events.closed(1006, 'silent')
  })
  return {
    send: (message) => link.send(message),
    close() {
      cancel()
      link.close()
    },
  }
}
