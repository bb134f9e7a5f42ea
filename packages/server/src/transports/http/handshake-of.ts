import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { arrivalOf } from '../../access/arrival.ts'
import type { Handshake } from '../../ports/socket.ts'

/** What a request says about its client before the first message. `trustProxy` is how many proxies are believed. */
export function handshakeOf({ headers, url, socket }: IncomingMessage, trustProxy: number): Handshake {
  const { remoteAddress, encrypted } = socket as Partial<TLSSocket>
  return {
    headers,
    url: url ?? '/',
    ...arrivalOf({ headers, remoteAddress, isEncrypted: encrypted === true }, trustProxy),
  }
}
