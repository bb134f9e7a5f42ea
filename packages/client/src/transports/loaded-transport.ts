import type { Link, Transport } from '../ports/transport.ts'
import { connectUrl } from './connect-url.ts'

/**
 * A transport whose code is loaded with its first link. A load that fails is a link that failed: whoever opened it backs
 * off and tries again, here or elsewhere.
 *
 * @param load Called with every link: what was loaded once is to stay.
 */
export function createLoadedTransport(rung: Transport['rung'], load: () => Promise<Transport>): Transport {
  return {
    rung,
    open(url, events) {
      // What no try can mend is said at once.
      connectUrl(url)
      let link: Link | undefined
      let isClosed = false
      load()
        .then((transport) => {
          if (!isClosed) link = transport.open(url, events)
        })
        .catch((error) => isClosed || events.closed(1006, String(error)))
      return {
        send: (message) => link?.send(message),
        close() {
          isClosed = true
          link?.close()
        },
      }
    },
  }
}
