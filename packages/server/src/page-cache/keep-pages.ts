/** What an application says of its pages. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Duration } from '@baro/core'
import {
  assertFunction,
  checkedOptions,
  durationMs,
  listOf,
  type OptionRule,
  type OptionRules,
  whole,
} from '@baro/core/protocol'
import { KnownRequests } from './known-requests.ts'
import type { PageCache, PagesOf } from './page-cache.ts'
import { type PagePolicy, policyRules } from './page-policy.ts'
import type { PageKeying } from './page-request.ts'

/** What `hub.pages` takes beside the handler. */
export interface PagesOptions {
  /**
   * When a page is good enough: for all pages, or by path. A path for which the function returns `undefined` is never
   * kept. Default: a page is kept for as long as its `Cache-Control` says.
   */
  readonly policy?: PagePolicy | ((path: string) => PagePolicy | undefined)
  /**
   * The parameters of the query that a page depends on. Others are taken away before it is rendered. Default: a request
   * with a query goes to the handler.
   */
  readonly query?: readonly string[]
  /**
   * The cookies that a page depends on; `[]` says that it depends on none. Others are taken away before it is rendered.
   * Default: a request with cookies goes to the handler.
   */
  readonly cookies?: readonly string[]
  /**
   * The languages that pages come in, as tags such as `ko` or `pt-BR`, first the one for everybody else. Of `Accept-Language` a
   * render then sees the best of them and nothing else, so a page that varies by it is rendered and kept once for each. Default: a
   * render sees what was sent, and each of the many spellings of browsers has a page of its own.
   */
  readonly languages?: readonly string[]
  /**
   * Headers that a render gets to see beside `Accept` and `Accept-Language`. A page that differs by one says so in `Vary`.
   * Default: none.
   */
  readonly headers?: readonly string[]
  /**
   * Which build of the application renders the pages, such as a commit: 1 to 128 of `A-Z a-z 0-9 _ . -`. A page names scripts
   * that another build does not have, so builds that share a page store find their own pages only. Default: none; behind
   * `attach` of `@baro/next` that of Next.
   */
  readonly build?: string
  /** For how long a render is waited for. Default `'10s'`. */
  readonly renderTimeout?: Duration
  /** A longer page is not kept. Default 4 MiB. */
  readonly maxPageBytes?: number
}

const timeout: OptionRule = {
  what: 'a duration: milliseconds, or for example "10s"',
  accepts: (value) => policyRules.minInterval.accepts(value),
}

function isLanguageTag(value: unknown): boolean {
  try {
    return typeof value === 'string' && Intl.getCanonicalLocales(value).length === 1
  } catch {
    return false
  }
}

const pagesRules: OptionRules<PagesOptions> = {
  policy: {
    what: 'a policy such as { maxAge: "10s" }, or a function of the path that returns one',
    accepts: (value) => typeof value === 'function' || (typeof value === 'object' && value !== null),
  },
  query: listOf('names of parameters'),
  cookies: listOf('names of cookies'),
  languages: {
    what: 'a list of at least one language tag, such as ["ko", "en"]',
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isLanguageTag),
  },
  headers: listOf('names of headers'),
  build: {
    what: '1 to 128 of A-Z a-z 0-9 _ . -',
    accepts: (value) => typeof value === 'string' && /^[\w.-]{1,128}$/.test(value),
  },
  renderTimeout: timeout,
  maxPageBytes: whole('bytes'),
}

/** What keeping works with. */
export interface KeepingParts {
  readonly cache: PageCache
  /** How many proxies are believed about scheme and host. */
  readonly trustProxy: number
}

/** Makes a handler that keeps the pages of another; with `saidBy`, of a framework that guards what is for one visitor. */
export function keepPages(
  { cache, trustProxy }: KeepingParts,
  handler: RequestListener,
  given: PagesOptions = {},
  saidBy?: string,
): RequestListener {
  assertFunction('hub.pages', handler, 'a handler (request, response) => …')
  const options = checkedOptions('hub.pages', given, pagesRules)
  const {
    policy = {},
    query,
    cookies,
    languages,
    headers = [],
    build = '',
    renderTimeout = '10s',
    maxPageBytes = 4 << 20,
  } = options
  const always = typeof policy === 'function' ? undefined : checkedOptions('hub.pages policy', policy, policyRules)
  // Asked for each request: an application that has a few policies has each of them looked at once.
  const checked = new WeakSet<PagePolicy>()
  const keying: PageKeying = {
    query: query && new Set(query),
    cookies: cookies && new Set(cookies),
    build,
    languages,
    headers: [...new Set(['accept', 'accept-language', ...headers.map((name) => name.toLowerCase())])],
  }
  const pages: PagesOf = {
    handler,
    keying,
    requests: new KnownRequests(keying, trustProxy),
    policyOf: (path) => {
      if (typeof policy !== 'function') return always
      const found = policy(path)
      if (!found || checked.has(found)) return found
      checkedOptions('hub.pages policy', found, policyRules)
      checked.add(found)
      return found
    },
    renderTimeoutMs: durationMs(renderTimeout),
    maxPageBytes,
    isGuarded: saidBy !== undefined,
    saidBy,
  }
  return (request: IncomingMessage, response: ServerResponse) => cache.answer(pages, request, response)
}
