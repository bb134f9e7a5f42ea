import type { Handshake } from '../ports/socket.ts'

/** The bearer token of a request (RFC 6750 §2.1); never from the URL, where it would be logged. */
export function bearerOf({ authorization }: Handshake['headers']): string | undefined {
  return typeof authorization === 'string' ? /^Bearer (.+)$/i.exec(authorization)?.[1] : undefined
}
