import type { Transport } from '@baro/client'
import type { ClientMessage, ServerMessage } from '@baro/core/protocol'

/** Tells of each message that passes a transport; it changes none. */
export function watchTransport(
  transport: Transport,
  passed: (way: 'sent' | 'received', message: ClientMessage | ServerMessage) => void,
): Transport {
  return {
    get rung() {
      return transport.rung
    },
    get isShared() {
      return transport.isShared ?? false
    },
    open(url, events) {
      const link = transport.open(url, {
        opened: () => events.opened(),
        received(message) {
          passed('received', message)
          events.received(message)
        },
        closed: (code, reason) => events.closed(code, reason),
      })
      return {
        send(message) {
          passed('sent', message)
          link.send(message)
        },
        close: () => link.close(),
      }
    },
  }
}
