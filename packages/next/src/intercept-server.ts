import type { Server as HttpServer, IncomingMessage, RequestListener } from 'node:http'
import type { Duplex } from 'node:stream'
import { quote } from '@baro/core/protocol'
import type { Hub, PagesOptions } from '@baro/server'
import { isHeardByOthers, type Others, interceptServer as offerTo, type Taker } from '@baro/server/parts'
import { isProduction } from './next-phase.ts'
import { allowScriptsByNonce } from './script-nonce.ts'
import { routeUpgrade } from './upgrade-route.ts'

// On the server, not in this module: bundles load this module more than once.
const mark = Symbol.for('baro.next')

/** What Next asks of a request to tell one form of a page from another, and names in `Vary`. */
const headersOfNext = [
  'rsc',
  'next-router-state-tree',
  'next-router-prefetch',
  'next-router-segment-prefetch',
  'next-url',
]

/** A request with one of these sees a draft, which Next marks as private. */
const cookiesOfDrafts = ['__prerender_bypass', '__next_preview_data']

/** How requests are handed on to Next. */
export interface Interception {
  /** Whether upgrades that nobody is known to answer are left alone. */
  readonly passOthers?: boolean
  /** What the pages depend on; `undefined`: every request goes to Next. */
  readonly pages?: PagesOptions | undefined
  /** Below which path Next serves the application, such as `/docs`. */
  readonly basePath?: string
  /** Whether the inline scripts of what is rendered for one request run by a nonce. */
  readonly isStrict?: boolean
}

/**
 * Lets the hub see each request and each upgrade of a server before Next, and hands on what it does not take. What goes on
 * to Next is a render that is written down; with `pages`, Next's pages are kept in front of it.
 * Doing it again to the same server changes nothing.
 *
 * Next adds a listener for upgrades of its own, which ends the sockets whose path looks like one of its routes
 * (`/[lang]/[page]` matches `/baro/connect`) and leaves all others hanging.
 *
 * @param hub Asked at each request, so that another hub can take the place of the first.
 */
export function interceptServer(
  server: HttpServer,
  hub: () => Hub | undefined,
  { passOthers = false, pages, basePath = '', isStrict = false }: Interception = {},
): void {
  if (mark in server) return
  Object.defineProperty(server, mark, { value: true })
  let isLogged = false
  const kept = new WeakMap<Hub, RequestListener>()

  const nextOf = (current: Hub, others: Others): RequestListener => (isStrict ? withNonces(current, others) : others)

  const taker: Taker = {
    handle(request, response, others) {
      const current = hub()
      if (!current) return false
      if (current.handle(request, response)) return true
      const path = pathOf(request)
      if (isFile(path)) others(request, response)
      else if (pages && !isApi(path, basePath) && !isRevalidation(request)) {
        let answer = kept.get(current)
        if (!answer) {
          answer = inFrontOfNext(current, pages, nextOf(current, others))
          kept.set(current, answer)
        }
        answer(request, response)
      } else void current.pageParts.recorded(path, () => nextOf(current, others)(request, response))
      return true
    },
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
      if (hub()?.handleUpgrade(request, socket, head)) return true
      const othersListen = isHeardByOthers(server)
      const situation = { url: request.url ?? '/', production: isProduction(), othersListen, passOthers }
      if (routeUpgrade(situation) === 'others') return false
      if (othersListen && !isLogged) {
        isLogged = true
        console.warn(refusal(situation.url))
      }
      refuseUpgrade(socket)
      return true
    },
  }
  offerTo(server, taker)
}

function inFrontOfNext(hub: Hub, pages: PagesOptions, others: RequestListener): RequestListener {
  return hub.pageParts.inFrontOf(others, 'x-nextjs-cache', {
    ...pages,
    // Of a navigation; it names what the headers say already, so that caches which do not know `Vary` keep them apart.
    query: ['_rsc', ...(pages.query ?? [])],
    headers: [...headersOfNext, ...(pages.headers ?? [])],
    ...(pages.cookies && { cookies: [...cookiesOfDrafts, ...pages.cookies] }),
  })
}

/** What is rendered for a cache is for everybody: its scripts get no nonce, and their hashes when it is kept. */
function withNonces({ pageParts }: Hub, others: Others): RequestListener {
  return (request, response) => {
    if (!pageParts.records.current?.isKept && !isRevalidation(request)) allowScriptsByNonce(request, response)
    others(request, response)
  }
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

/**
 * A route of `pages/api` is no page: it may do something, it may want the visitor's own socket, and a render that is for
 * nobody would have it run twice.
 */
function isApi(path: string, basePath: string): boolean {
  return path === `${basePath}/api` || path.startsWith(`${basePath}/api/`)
}

/**
 * A file of the build. Nothing is rendered for it, so no store is asked, which may be on another machine; and what Next sends from
 * its disk takes no room from pages.
 */
function isFile(path: string): boolean {
  return path.includes('/_next/static/')
}

/** Asks Next for a render, as `renderBuiltPages` does. A kept page in its place, and nothing would be rendered. */
function isRevalidation({ headers }: IncomingMessage): boolean {
  return headers['x-prerender-revalidate'] !== undefined
}

/** Said once: Next listens too, so nobody can tell whether another WebSocket server is among the listeners. */
function refusal(url: string): string {
  return `Baro refused the upgrade of ${quote(url)}, which is neither the hub's nor Next's. If another WebSocket server answers it on this port: attach(hub, server, { otherUpgrades: 'pass' }).`
}

function refuseUpgrade(socket: Duplex): void {
  // Somebody who is refused may be gone already; that is no exception of ours.
  socket.on('error', () => {})
  socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => socket.destroy())
}
