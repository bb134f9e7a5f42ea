import { BaroError, type Log } from '@baro/core'
import { quote } from '@baro/core/protocol'
import type { Handshake } from '../ports/socket.ts'
import { canonicalHost } from './arrival.ts'

/** Whether a request may come from where it says it comes from. */
export type OriginCheck = (handshake: Pick<Handshake, 'headers' | 'host' | 'scheme'>) => boolean

/** How a hub decides about origins. */
export interface OriginOptions {
  /** Origins allowed besides the page's own, for example `https://shop.example`. */
  readonly origins: readonly string[]
  /** Whether other ports of this machine may connect. */
  readonly development: boolean
  readonly log: Log
}

/** An origin whose scheme has hosts (RFC 6454 §4), in the one form in which it is compared. */
interface Origin {
  readonly text: string
  /** Those of a page; an application of another scheme has none. */
  readonly page?: { readonly scheme: 'http' | 'https'; readonly name: string; readonly host: string }
}

const localNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Makes the check of a browser's `Origin` (RFC 6454). Allowed are the origin that serves the page, the listed ones, and
 * in development every port of this machine. A request without an `Origin` comes from no browser, so it carries
 * nobody's cookies. Each refused origin is logged once, with the setting that allows it.
 *
 * @throws {BaroError} `bad-definition` if what is listed is no origin: it would never be met.
 */
export function createOriginCheck({ origins, development, log }: OriginOptions): OriginCheck {
  const allowed = new Set(origins.map(listed))
  const logged = new Set<string>()
  return ({ headers, host, scheme }) => {
    const { origin } = headers
    if (origin === undefined) return true
    if (typeof origin !== 'string') return false
    const parsed = parseOrigin(origin)
    if (parsed && allowed.has(parsed.text)) return true
    const page = parsed?.page
    if (page && (isOwn(page, host, scheme) || (development && localNames.has(page.name)))) return true
    // Bounded: a stranger who invents origins must not fill the memory or the log.
    if (!logged.has(origin) && logged.size < 100) {
      logged.add(origin)
      log.warn({ code: 'origin-refused' }, refusal(origin, page, host, scheme))
    }
    return false
  }
}

/**
 * Whether a page was served by the host that it asks. A page that anybody on the way can change (`http:`) is not of a
 * site that nobody can (`https:`). The other way round it is: behind a proxy that takes TLS off the hub hears `http`,
 * and port 80.
 */
function isOwn(page: NonNullable<Origin['page']>, host: string | undefined, scheme: Handshake['scheme']): boolean {
  if (page.scheme === 'http' && scheme === 'https') return false
  if (host === undefined) return false
  return (
    canonicalHost(host, page.scheme) === page.host ||
    (page.scheme === 'https' && canonicalHost(host, 'http') === page.host)
  )
}

function refusal(origin: string, page: Origin['page'], host: string | undefined, scheme: Handshake['scheme']): string {
  const quoted = JSON.stringify(origin.slice(0, 200))
  const asked =
    host === undefined ? '' : ` at ${JSON.stringify(`${scheme === undefined ? '' : `${scheme}://`}${host}`)}`
  const behindProxy = page ? ' If the hub is behind a proxy that changes the host: createHub({ trustProxy: 1 }).' : ''
  return `Refused the origin ${quoted}${asked}. To allow it: createHub({ origins: [${quoted}] }).${behindProxy}`
}

/** A listed origin as it is compared. */
function listed(origin: string): string {
  const parsed = typeof origin === 'string' ? parseOrigin(origin.trim().replace(/([^/])\/$/, '$1')) : undefined
  if (parsed) return parsed.text
  throw new BaroError('bad-definition', `origins: ${quote(origin)} is no origin. ${advice(origin)}`)
}

function advice(origin: unknown): string {
  if (origin === '*') return 'List each one: with "*" any site could act as the users who are signed in here.'
  if (typeof origin === 'string' && origin.includes('*')) return 'List each one: "*" stands for nothing in an origin.'
  const url = typeof origin === 'string' ? originOf(origin) : undefined
  return url === undefined
    ? 'Give scheme, host, and the port if it is not that of the scheme, for example "https://shop.example".'
    : `Did you mean ${quote(url)}?`
}

/** The origin that somebody may have meant by a URL, or by a host alone. */
function originOf(text: string): string | undefined {
  const url = text.includes('://') ? text.replace(/^ws/i, 'http') : `https://${text}`
  if (!URL.canParse(url)) return undefined
  const { protocol, origin } = new URL(url)
  return protocol === 'http:' || protocol === 'https:' ? origin : undefined
}

/**
 * The origin in a text. `null` is that of a page that has none of its own, such as a sandboxed frame. Those of other
 * schemes, such as `capacitor://localhost`, are compared as text: for a URL their origin is `null`.
 */
function parseOrigin(text: string): Origin | undefined {
  if (text === 'null') return { text }
  const [, scheme = '', host = ''] = /^([a-z][a-z\d+.-]*):\/\/([^\s/?#@\\,*]*)$/i.exec(text) ?? []
  switch (scheme.toLowerCase()) {
    case '':
    case 'ws':
    case 'wss':
      return undefined
    case 'http':
    case 'https': {
      const pageScheme = scheme.toLowerCase() as 'http' | 'https'
      const canonical = canonicalHost(host, pageScheme)
      if (canonical === undefined) return undefined
      const page = { scheme: pageScheme, name: canonical.replace(/:\d+$/, ''), host: canonical }
      return { text: `${pageScheme}://${canonical}`, page }
    }
    default:
      return { text: text.toLowerCase() }
  }
}
