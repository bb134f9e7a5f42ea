import type { Handshake } from '../ports/socket.ts'

/** The bearer token of a request (RFC 6750 §2.1). It is never read from the URL, because servers log URLs. */
export function bearerOf({ authorization }: Handshake['headers']): string | undefined {
  return typeof authorization === 'string' ? /^Bearer (.+)$/i.exec(authorization)?.[1] : undefined
}
