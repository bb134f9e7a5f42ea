/** Which page a request is for, and what its render may know of who asks: what is not in the key must not be in the page. */
import type { IncomingHttpHeaders } from 'node:http'

/** What the pages of an application depend on. */
export interface PageKeying {
  /** Parameters of the query; `undefined`: none is known, so a request with a query is not for a kept page. */
  readonly query: ReadonlySet<string> | undefined
  /** Cookies; `undefined`: none is known, so a request with cookies is not for a kept page. */
  readonly cookies: ReadonlySet<string> | undefined
  /** The build that renders; empty if there is one only. */
  readonly build: string
  /** Headers that a render gets to see, lower-case; a page may be another for other values (`Vary`). */
  readonly headers: readonly string[]
}

/** What is looked at of a request. */
export interface Asked {
  readonly method: string
  /** The request's target. */
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
  /** The target that is rendered: parameters that nobody named are gone. */
  readonly url: string
  /** Everything that the render gets to see, in this form. Made when a render wants it: most requests find a page. */
  headers(): Readonly<Record<string, string>>
  /** One of them; empty if there is none. */
  header(name: string): string
}

/** Why a request goes past the cache, in the words of RFC 9211. */
export type Bypass = 'method' | 'bypass'

/** A key of a longer target is not worth its memory. */
const longestTarget = 4_096

/** Says which page a request is for, or why it goes past. */
export function pageRequestOf(asked: Asked, keying: PageKeying): PageRequest | Bypass {
  const { method, url, headers } = asked
  if (method !== 'GET' && method !== 'HEAD') return 'method'
  // Who shows credentials may get what nobody else may.
  if (headers.authorization !== undefined || url.length > longestTarget || !url.startsWith('/')) return 'bypass'
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) return 'bypass'
  const cookie = keptCookies(headers.cookie, keying.cookies)
  const target = keptTarget(url, keying.query)
  if (cookie === undefined || target === undefined) return 'bypass'
  return new AskedPage(asked, keying, cookie, target)
}

class AskedPage implements PageRequest {
  readonly key: string
  readonly path: string
  readonly url: string
  readonly #asked: Asked
  readonly #seen: readonly string[]
  readonly #cookie: string

  constructor(
    asked: Asked,
    { build, headers }: PageKeying,
    cookie: string,
    { path, url }: Pick<PageRequest, 'path' | 'url'>,
  ) {
    this.key = `${asked.scheme}://${asked.host}${url} ${build} ${cookie}`
    this.path = path
    this.url = url
    this.#asked = asked
    this.#seen = headers
    this.#cookie = cookie
  }

  headers(): Readonly<Record<string, string>> {
    const seen: Record<string, string> = { host: this.#asked.host }
    for (const name of this.#seen) if (this.#asked.headers[name] !== undefined) seen[name] = this.header(name)
    if (this.#cookie !== '') seen.cookie = this.#cookie
    return seen
  }

  header(name: string): string {
    const value = this.#asked.headers[name]
    return typeof value === 'string' ? value : (value?.join(', ') ?? '')
  }
}

/**
 * The key of a page that varies by these headers. One that the render did not get to see makes no difference; spaces and
 * the order of cookies make none either.
 */
export function variantKey(page: PageRequest, vary: readonly string[]): string {
  let key = page.key
  for (const name of vary) {
    const value = page.header(name)
    key += `\n${name}=${value === '' ? value : value.replace(/\s*,\s*/g, ',').trim()}`
  }
  return key
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
    .filter((pair) => known.has(decodedName(pair)))
    // In one order: the same page has one key.
    .sort()
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
