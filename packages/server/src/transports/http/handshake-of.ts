import type { IncomingMessage } from 'node:http'
import type { Handshake } from '../../ports/socket.ts'

/** What a request says about its client before the first message. */
export function handshakeOf({ headers, url, socket }: IncomingMessage): Handshake {
  const { remoteAddress } = socket
  return { headers, url: url ?? '/', ...(remoteAddress === undefined ? undefined : { remoteAddress }) }
}
