/** Which page a request is for, and what its render may know of who asks: what is not in the key must not be in the page. */
import type { IncomingHttpHeaders } from 'node:http'
import { bestLanguage } from '../transports/http/best-language.ts'

/** What the pages of an application depend on. */
export interface PageKeying {
  /** Parameters of the query; `undefined`: none is known, so a request with a query is not for a kept page. */
  readonly query: ReadonlySet<string> | undefined
  /** Cookies; `undefined`: none is known, so a request with cookies is not for a kept page. */
  readonly cookies: ReadonlySet<string> | undefined
  /** The build that renders; empty if there is one only. */
  readonly build: string
  /** Those of the application: of `Accept-Language`, a render sees the best of them. `undefined`: it sees what was sent. */
  readonly languages: readonly string[] | undefined
  /** Headers that a render gets to see, lower-case; a page may be another for other values (`Vary`). */
  readonly headers: readonly string[]
}

/** What is looked at of a request. */
export interface Asked {
  readonly method: string
  /** The request's target, as the client asked for it. */
  readonly target: string
  /** The same as the handler gets it: below the path at which it is mounted. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** By which scheme and for which host it came, as far as that is believed. */
  readonly scheme: 'http' | 'https'
  readonly host: string
}

/** A request for a page that may be kept. */
export interface PageRequest {
  /** Finds what is kept. Pages that vary have the values of their headers behind it. */
  readonly key: string
  /** The path without the query, as it was asked for. */
  readonly path: string
  /** The target that was asked for: parameters that nobody named are gone. */
  readonly target: string
  /** The same as the handler gets it. */
  readonly url: string
  /** Everything that the render gets to see, in this form. */
  headers(): Readonly<Record<string, string>>
  /**
   * The key of the page among those that vary by these headers. One that the render did not get to see makes no difference;
   * spaces and the order of cookies make none either.
   */
  variantKey(vary: readonly string[]): string
}

/** Why a request goes past the cache, in the words of RFC 9211. */
export type Bypass = 'method' | 'bypass'

/** A key of a longer target is not worth its memory. */
const longestTarget = 4_096

/** Says which page a request is for, or why it goes past. */
export function pageRequestOf(asked: Asked, keying: PageKeying): PageRequest | Bypass {
  const { method, target, url, headers } = asked
  if (method !== 'GET' && method !== 'HEAD') return 'method'
  // Who shows credentials may get what nobody else may.
  if (headers.authorization !== undefined || target.length > longestTarget || !target.startsWith('/')) return 'bypass'
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) return 'bypass'
  const cookie = keptCookies(headers.cookie, keying.cookies)
  const kept = keptTarget(target, keying.query)
  const own = target === url ? kept : keptTarget(url, keying.query)
  if (cookie === undefined || kept === undefined || own === undefined) return 'bypass'
  return new AskedPage(asked, keying, cookie, { path: kept.path, target: kept.url, url: own.url })
}

class AskedPage implements PageRequest {
  readonly key: string
  readonly path: string
  readonly target: string
  readonly url: string
  readonly #host: string
  readonly #seen: Readonly<Record<string, string>>
  readonly #cookie: string
  /** The key of the last variant: a request that is known asks for the same again. */
  #variant: { readonly vary: readonly string[]; readonly key: string } | undefined

  constructor(
    { scheme, host, headers }: Asked,
    keying: PageKeying,
    cookie: string,
    { path, target, url }: Pick<PageRequest, 'path' | 'target' | 'url'>,
  ) {
    // A router, or whoever rewrites requests, makes of one target another.
    const below = url === target ? '' : ` ${url}`
    this.key = `${scheme}://${host}${target}${below} ${keying.build} ${cookie}`
    this.path = path
    this.target = target
    this.url = url
    this.#host = host
    // Not the request's own headers: they would be kept with what is known of it.
    this.#seen = seenIn(headers, keying)
    this.#cookie = cookie
  }

  headers(): Readonly<Record<string, string>> {
    return { host: this.#host, ...this.#seen, ...(this.#cookie !== '' && { cookie: this.#cookie }) }
  }

  variantKey(vary: readonly string[]): string {
    if (this.#variant?.vary === vary) return this.#variant.key
    let key = this.key
    for (const name of vary) {
      const value = this.#seen[name] ?? ''
      key += `\n${name}=${value === '' ? value : value.replace(/\s*,\s*/g, ',').trim()}`
    }
    this.#variant = { vary, key }
    return key
  }
}

function seenIn(headers: IncomingHttpHeaders, { headers: names, languages }: PageKeying): Record<string, string> {
  const seen: Record<string, string> = {}
  for (const name of names) {
    const value = headers[name]
    if (value !== undefined) seen[name] = typeof value === 'string' ? value : value.join(', ')
  }
  if (languages) seen['accept-language'] = bestLanguage(languages, seen['accept-language'] ?? '')
  return seen
}

/** The headers by which an answer varies, of those that its render saw; `undefined` if it varies by what nobody knows. */
export function varyOf(header: unknown, seen: readonly string[]): readonly string[] | undefined {
  const text = Array.isArray(header) ? header.join(',') : String(header ?? '')
  const names = text.split(',').map((name) => name.trim().toLowerCase())
  if (names.includes('*')) return undefined
  return seen.filter((name) => names.includes(name)).sort()
}

function keptTarget(url: string, known: PageKeying['query']): { path: string; url: string } | undefined {
  const at = url.indexOf('?')
  if (at === -1) return { path: url, url }
  if (!known) return undefined
  const path = url.slice(0, at)
  const kept = url
    .slice(at + 1)
    .split('&')
    .map((pair) => ({ pair, name: decodedName(pair) }))
    .filter(({ name }) => known.has(name))
    // In one order, so that the same page has one key; but the order of one that comes twice may mean something.
    .sort((one, other) => (one.name < other.name ? -1 : Number(one.name > other.name)))
    .map(({ pair }) => pair)
  return { path, url: kept.length === 0 ? path : `${path}?${kept.join('&')}` }
}

function decodedName(pair: string): string {
  const [name = ''] = pair.split('=', 1)
  try {
    return decodeURIComponent(name.replaceAll('+', ' '))
  } catch {
    return name
  }
}

function keptCookies(header: string | undefined, known: PageKeying['cookies']): string | undefined {
  if (header === undefined || header.trim() === '') return ''
  if (!known) return undefined
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => known.has(pair.split('=', 1)[0] ?? ''))
    .sort()
    .join('; ')
}
