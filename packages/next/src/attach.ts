import type { Server as HttpServer } from 'node:http'
import { checkedOptions, type OptionRules, oneOf } from '@baro/core/protocol'
import type { Hub, PagesOptions } from '@baro/server'
import { findHub, replaceHub } from './attached-hub.ts'
import { basePathOfNext } from './base-path-of-next.ts'
import { buildOfNext } from './build-of-next.ts'
import { drainOnSignals } from './drain-on-signals.ts'
import { exitOnUncaughtException } from './exit-on-uncaught-exception.ts'
import { findServer } from './find-server.ts'
import { type Interception, interceptServer } from './intercept-server.ts'
import { isBuilding, isEdge, isProduction } from './next-phase.ts'
import { ownUrl } from './own-url.ts'
import { renderBuiltPages } from './render-built-pages.ts'

/** What `attach` takes beside the hub. */
export interface AttachOptions {
  /**
   * What becomes of an upgrade that is neither Baro's nor Next's. `'refuse'` answers it with 404: Next ignores upgrades
   * it does not know, and their sockets would hang for ever. `'pass'` leaves it alone, for servers that have other
   * WebSockets on the same port or proxy some by `rewrites`. Default `'refuse'`.
   */
  readonly otherUpgrades?: 'refuse' | 'pass'
  /**
   * What becomes of an exception that nobody caught, in production. `'exit'` does what Node does: the error is
   * printed and the process ends with code 1. Next would print it and go on serving from a process in an unknown state.
   * `'pass'` leaves it to Next and to your own `uncaughtException` listeners. Rejected promises that nobody handles stay
   * with Next either way, which prints them: rendering drops promises on purpose. Default `'exit'`.
   */
  readonly uncaughtExceptions?: 'exit' | 'pass'
  /**
   * Keeps Next's pages in memory in front of Next, in production: the HTML and the payloads of what Next calls static, which it
   * says for how long it may be shared. What is under `/api` goes to Next, and so do the files of the build. It takes what `hub.pages` takes; say `cookies: []` if the pages and the proxy
   * look at no cookie. Needs `cacheHandler` of `@baro/next/cache-handler`. Default: every request goes to Next.
   */
  readonly pages?: PagesOptions
  /**
   * By what the inline scripts of Next run where the application's `Content-Security-Policy` says `'unsafe-inline'` for scripts,
   * in production. `'nonce'` puts a nonce in its place in each answer that is rendered for one request, and on the scripts of
   * that answer. What `pages` keeps has the hashes of its scripts there in any case; what Next answers from its own cache, past
   * `pages`, keeps the policy. Default `'pass'`: the policy goes to the browser as the application has set it.
   */
  readonly inlineScripts?: 'nonce' | 'pass'
}

const attachRules: OptionRules<AttachOptions> = {
  otherUpgrades: oneOf('refuse', 'pass'),
  uncaughtExceptions: oneOf('exit', 'pass'),
  inlineScripts: oneOf('nonce', 'pass'),
  pages: { what: 'what hub.pages takes', accepts: (value) => typeof value === 'object' && value !== null },
}

/**
 * Attaches a hub to the HTTP server that Next serves from, and makes it the hub that `snapshot` asks.
 *
 * With a custom server, pass that server. Without one, call it in `register` of `instrumentation.ts`: the server is
 * found by a request that this process makes to itself, and the hub drains when the process is asked to stop (with a
 * custom server that is yours to do: `hub.drain()`). It does nothing during `next build` and in the edge runtime.
 *
 * Attaching again is harmless. Attaching another hub puts it in the place of the first, whose clients are told to
 * reconnect, and do so to the new one. Next loads `instrumentation.ts` once in a process: an edit of the hub takes a
 * restart of `next dev`.
 *
 * In production, pages that were built without a hub are rendered once more as soon as the server is found. With a custom
 * server that is yours to do, too: `renderBuiltPages`.
 *
 * @throws {BaroError} `bad-definition` if an option does not exist, or makes no sense.
 *
 * @example A custom server
 * ```ts
 * const server = createServer((request, response) => app.getRequestHandler()(request, response))
 * attach(hub, server)
 * ```
 * @example In instrumentation.ts
 * ```ts
 * export async function register() {
 *   if (process.env.NEXT_RUNTIME === 'nodejs') {
 *     const { hub } = await import('./hub')
 *     attach(hub)
 *   }
 * }
 * ```
 */
export function attach(hub: Hub, server?: HttpServer, given: AttachOptions = {}): void {
  const options = checkedOptions('attach', given, attachRules)
  if (isBuilding() || isEdge()) return
  const before = replaceHub(hub)
  // Its clients are told to come back at once, find the new hub, and are reset by it.
  if (before) void before.drain({ spreadMs: 0 }).then(() => before.close())
  if (isProduction() && options.uncaughtExceptions !== 'pass') exitOnUncaughtException()
  const interception: Interception = {
    passOthers: options.otherUpgrades === 'pass',
    pages: isProduction() && options.pages ? ofThisBuild(options.pages) : undefined,
    basePath: basePathOfNext(),
    isStrict: isProduction() && options.inlineScripts === 'nonce',
  }
  if (!server && isProduction()) drainOnSignals(findHub)
  if (server) interceptServer(server, findHub, interception)
  else
    findServer(hub.path, (found) => {
      interceptServer(found, findHub, interception)
      if (isProduction()) void renderBuiltPages(ownUrl(found)).catch(warnOfBuiltPages)
    })
}

function ofThisBuild(pages: PagesOptions): PagesOptions {
  const build = pages.build ?? buildOfNext()
  return build === undefined ? pages : { ...pages, build }
}

// Nothing is broken by it: the first visitor of such a page is reset, and has it rendered for the next.
function warnOfBuiltPages(error: unknown): void {
  console.warn('The pages of the build could not be rendered once more:', error)
}
