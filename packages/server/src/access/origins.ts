import type { Log } from '@baro/core'
import type { Handshake } from '../ports/socket.ts'

/** Whether a request may come from where it says it comes from. */
export type OriginCheck = (headers: Handshake['headers']) => boolean

/** How a hub decides about origins. */
export interface OriginOptions {
  /** Origins allowed besides the page's own, for example `https://shop.example`. */
  readonly origins: readonly string[]
  /** Whether other ports of this machine may connect. */
  readonly development: boolean
  readonly log: Log
}

const localHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Makes the check of a browser's `Origin` (RFC 6454). Allowed are the origin that serves the page, the listed ones, and
 * in development every port of this machine. A request without an `Origin` comes from no browser, so it carries
 * nobody's cookies. Each refused origin is logged once, with the setting that allows it.
 */
export function createOriginCheck({ origins, development, log }: OriginOptions): OriginCheck {
  const allowed = new Set(origins)
  const logged = new Set<string>()
  return (headers) => {
    const { origin, host } = headers
    if (origin === undefined) return true
    if (typeof origin !== 'string') return false
    // Before it is parsed: the origin of a sandboxed frame is "null", which is no URL, and may be listed too.
    if (allowed.has(origin)) return true
    const url = parseOrigin(origin)
    if (url && (url.host === host || (development && localHosts.has(url.hostname)))) return true
    // Bounded: a stranger who invents origins must not fill the memory or the log.
    if (!logged.has(origin) && logged.size < 100) {
      logged.add(origin)
      log.warn(
        `Refused the origin ${JSON.stringify(origin.slice(0, 200))}. To allow it: createHub({ origins: [${JSON.stringify(origin.slice(0, 200))}] }).`,
      )
    }
    return false
  }
}

function parseOrigin(origin: string): URL | undefined {
  return URL.canParse(origin) ? new URL(origin) : undefined
}
