/**
 * Requests for pages that were understood lately. People ask for a page in the same words as others before them, and to find
 * its key in those words took about a tenth of the CPU of a kept page in front of Next.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { siteOf } from '../access/arrival.ts'
import { type Bypass, type PageKeying, type PageRequest, pageRequestOf } from './page-request.ts'
import { targetOf } from './tag-of-place.ts'

/** Targets whose last request is known. Strangers choose them, so there is a bound, for each and for all. */
const maxKnown = 500
const longestKnown = 1_000

interface Known {
  readonly isEncrypted: boolean
  /** What the headers said by which pages are told apart, in the order of the names. */
  readonly said: readonly IncomingHttpHeaders[string][]
  readonly page: PageRequest
}

/** Finds out which page a request is for. */
export class KnownRequests {
  readonly #keying: PageKeying
  readonly #trustProxy: number
  /** All headers that the key and the render of a page depend on. */
  readonly #names: readonly string[]
  readonly #known = new Map<string, Known>()

  /** @param trustProxy How many proxies are believed about scheme and host. */
  constructor(keying: PageKeying, trustProxy: number) {
    this.#keying = keying
    this.#trustProxy = trustProxy
    const ofProxies = trustProxy > 0 ? ['x-forwarded-proto', 'x-forwarded-host'] : []
    this.#names = ['host', ':authority', 'cookie', ...goPast, ...ofProxies, ...keying.headers]
  }

  /** How many targets are known. */
  get size(): number {
    return this.#known.size
  }

  /** The page, or why the request goes past the cache. */
  pageOf(request: IncomingMessage): PageRequest | Bypass {
    const { method = 'GET', url = '/', headers } = request
    const isEncrypted = (request.socket as Partial<TLSSocket>).encrypted === true
    const target = targetOf(request)
    // One target may come to two mounts of a handler, and is another one below each.
    const name = target === url ? url : `${target} ${url}`
    const known = method === 'GET' ? this.#known.get(name) : undefined
    if (known && known.isEncrypted === isEncrypted && this.#saysTheSame(known, headers)) return known.page
    const { scheme = 'http', host = '' } = siteOf({ headers, isEncrypted }, this.#trustProxy)
    const page = pageRequestOf({ method, target, url, headers, scheme, host }, this.#keying)
    if (method === 'GET' && typeof page !== 'string')
      this.#remember(name, { isEncrypted, said: this.#saidIn(headers), page })
    return page
  }

  #saysTheSame({ said }: Known, headers: IncomingHttpHeaders): boolean {
    for (let index = 0; index < said.length; index++)
      if (headers[this.#names[index] as string] !== said[index]) return false
    return true
  }

  #saidIn(headers: IncomingHttpHeaders): Known['said'] {
    return this.#names.map((name) => headers[name])
  }

  #remember(name: string, known: Known): void {
    const length = known.said.reduce((sum, text) => sum + (text?.length ?? 0), name.length)
    if (length > longestKnown) return
    if (this.#known.size >= maxKnown && !this.#known.has(name)) this.#known.clear()
    this.#known.set(name, known)
  }
}

/** A request with one of these is for no kept page. */
const goPast = ['authorization', 'content-length', 'transfer-encoding']
