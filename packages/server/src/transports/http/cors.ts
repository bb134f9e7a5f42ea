import type { ServerResponse } from 'node:http'
import type { OriginCheck } from '../../access/origins.ts'
import type { Handshake } from '../../ports/socket.ts'

/**
 * Lets an allowed origin read the answer (WHATWG Fetch §3.2). Returns false for an origin that is not allowed. Every
 * answer varies by origin: else a shared cache would hand one site's permission to another.
 */
export function allowOrigin(isOriginAllowed: OriginCheck, handshake: Handshake, response: ServerResponse): boolean {
  const { origin } = handshake.headers
  response.appendHeader('vary', 'Origin')
  if (!isOriginAllowed(handshake)) return false
  if (typeof origin !== 'string') return true
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-allow-credentials', 'true')
  response.setHeader('access-control-expose-headers', 'ETag, Baro-Position')
  return true
}

/**
 * Answers the OPTIONS request that a browser sends before a request from another origin.
 *
 * @param more Headers that the request may have, beside those of the hub.
 */
export async function answerPreflight(response: ServerResponse, more: readonly string[] = []): Promise<void> {
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, HEAD, POST',
    'access-control-allow-headers': ['Authorization', 'Content-Type', 'If-None-Match', 'Last-Event-ID', ...more].join(
      ', ',
    ),
    'access-control-max-age': '600',
  })
  response.end()
}
