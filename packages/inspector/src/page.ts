import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GatewayHost, Handshake } from '@baro/server/parts'
import { nothingThere } from './api.ts'
import { assertOfThisOrigin, type Door } from './door.ts'
import { type Language, languages, type Words } from './page/words.ts'
import { pageScript } from './page-script.ts'
import { doorStyle, pageStyle } from './page-style.ts'

/** What the page works with. */
export interface InspectorPageParts {
  readonly path: string
  readonly door: Door
  readonly bodyOf: GatewayHost['bodyOf']
}

/** What no page may do here: no script or style of elsewhere, none inside the page, no frame around it. */
const policy = (style: string) =>
  `default-src 'none'; script-src 'self'; style-src ${style}; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`

const doorPolicy = policy(`'sha256-${createHash('sha256').update(doorStyle).digest('base64')}'`)

const longestKey = 4_096

/** The page, what it is made of, and the door in front of it. */
export class InspectorPage {
  readonly #parts: InspectorPageParts

  constructor(parts: InspectorPageParts) {
    this.#parts = parts
  }

  /** @throws {BaroError} The error to answer with. */
  async answer(rest: string, request: IncomingMessage, response: ServerResponse, handshake: Handshake): Promise<void> {
    const { path, door } = this.#parts
    const { method = 'GET' } = request
    const language = languageOf(handshake)
    if (method === 'POST' && rest === '/sign-in' && door.hasKey)
      return this.#signIn(request, response, handshake, language)
    if (method === 'POST' && rest === '/sign-out') {
      door.assertMayLook(handshake)
      return goTo(response, path, door.cookie(handshake, false))
    }
    const isPage = rest === '' || rest === '/'
    try {
      door.assertMayLook(isPage && method === 'GET' ? asOfThisOrigin(handshake) : handshake)
    } catch (error) {
      const isForPerson = String(handshake.headers.accept ?? '').includes('text/html')
      if (!isPage || !door.hasKey || !isForPerson) throw error
      return send(response, 401, 'text/html', doorHtml(path, language, false), doorPolicy)
    }
    if (isPage) return send(response, 200, 'text/html', pageHtml(path, language, door.hasKey), policy("'self'"))
    if (rest === '/page.js') return send(response, 200, 'text/javascript', pageScript)
    if (rest === '/page.css') return send(response, 200, 'text/css', pageStyle)
    throw nothingThere()
  }

  async #signIn(
    request: IncomingMessage,
    response: ServerResponse,
    handshake: Handshake,
    language: Language,
  ): Promise<void> {
    const { path, door, bodyOf } = this.#parts
    assertOfThisOrigin(handshake)
    const body = Buffer.from(await bodyOf(request, longestKey)).toString()
    if (door.isKey(new URLSearchParams(body).get('key') ?? ''))
      return goTo(response, path, door.cookie(handshake, true))
    send(response, 401, 'text/html', doorHtml(path, language, true), doorPolicy)
  }
}

/** A person may come by a link of any page: the page itself changes nothing, and the cookie is for this site alone. */
function asOfThisOrigin(handshake: Handshake): Handshake {
  const { 'sec-fetch-site': _, ...headers } = handshake.headers
  return { ...handshake, headers }
}

function send(response: ServerResponse, status: number, type: string, body: string, csp?: string): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'referrer-policy': 'same-origin',
    'x-frame-options': 'DENY',
    'content-security-policy': csp ?? "default-src 'none'; frame-ancestors 'none'",
  })
  response.end(body)
}

function goTo(response: ServerResponse, path: string, cookie: string): void {
  response.writeHead(303, { location: path, 'set-cookie': cookie, 'cache-control': 'no-store' })
  response.end()
}

/** What the link of the page says, or else the browser. */
function languageOf({ url, headers }: Handshake): Language {
  const asked = new URL(url, 'http://inspector').searchParams.get('lang')
  if (asked === 'ko' || asked === 'en') return asked
  return /^ko\b/i.test(String(headers['accept-language'] ?? '')) ? 'ko' : 'en'
}

function headOf(words: Words, more: string): string {
  return `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(words.title)}</title>${more}</head>`
}

function pageHtml(path: string, language: Language, hasKey: boolean): string {
  const words = languages[language]
  const other = language === 'ko' ? 'en' : 'ko'
  const links = (['nodes', 'sessions', 'channels', 'why'] as const).map(
    (place) => `<a href="#/${place}">${escaped(words[place])}</a>`,
  )
  const at = escaped(path)
  const assets = `<link rel="stylesheet" href="${at}/page.css"><script type="module" src="${at}/page.js"></script>`
  const signOut = `<form method="post" action="${at}/sign-out"><button>${escaped(words.signOut)}</button></form>`
  return `<!doctype html><html lang="${language}">${headOf(words, assets)}<body data-api="${at}/api"><header><h1>${escaped(words.title)}</h1><nav aria-label="${escaped(words.parts)}">${links.join('')}</nav><div class="end"><a href="${at}?lang=${other}" lang="${other}" hreflang="${other}">${escaped(words.language)}</a>${hasKey ? signOut : ''}</div></header><p id="notice" role="status"></p><main tabindex="-1"><noscript>${escaped(words.needsScript)}</noscript></main></body></html>`
}

function doorHtml(path: string, language: Language, isWrong: boolean): string {
  const words = languages[language]
  const style = `<style>${doorStyle}</style>`
  const wrong = isWrong ? `<p role="alert">${escaped(words.wrongKey)}</p>` : ''
  return `<!doctype html><html lang="${language}">${headOf(words, style)}<body><main><h1>${escaped(words.title)}</h1><form method="post" action="${escaped(path)}/sign-in?lang=${language}"><label><span>${escaped(words.key)}</span><input name="key" type="password" required autocomplete="current-password"></label>${wrong}<button>${escaped(words.signIn)}</button></form></main></body></html>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
