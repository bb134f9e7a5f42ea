import type { IncomingMessage } from 'node:http'
import type { Handshake } from '../../ports/socket.ts'

/** The address that a request comes from; `undefined` where it has none, as on a Unix socket. */
export function addressOf({ socket }: IncomingMessage): string | undefined {
  return socket.remoteAddress
}

/** What a request says about its client before the first message. */
export function handshakeOf(request: IncomingMessage): Handshake {
  const { headers, url } = request
  const remoteAddress = addressOf(request)
  return { headers, url: url ?? '/', ...(remoteAddress === undefined ? undefined : { remoteAddress }) }
}
