import type { IncomingMessage, ServerResponse } from 'node:http'
import { isLanguage, type Language, languageCookie, languages } from '../i18n/languages.ts'
import { negotiate } from '../i18n/negotiate.ts'
import { waysOn } from '../i18n/ways-on.ts'
import { wordsIn } from '../i18n/words.ts'
import { decideSitePath } from './site-path.ts'

/** Answers what is no page of this site, or a page under another address; returns whether it did. */
export function answerPath(
  request: IncomingMessage,
  response: ServerResponse,
  options: { dev: boolean; database: boolean },
): boolean {
  const path = decideSitePath(request.url ?? '', options)
  if (path.kind === 'known') return false
  response.setHeader('Cache-Control', 'no-store')
  if (path.kind === 'elsewhere') response.writeHead(308, { Location: path.location }).end()
  // Next's router wants no page: it leaves a body unread, and the browser would wait for it.
  else if (request.headers.rsc !== undefined) response.writeHead(404).end()
  else {
    const { 'accept-language': accepted = null, cookie } = request.headers
    const language = negotiate(languageNamed(request.url) ?? chosenIn(cookie), accepted)
    response.writeHead(404, { 'Content-Type': 'text/html; charset=utf-8' }).end(missingPage(language))
  }
  return true
}

function languageNamed(target = ''): string | undefined {
  const segment = target.split(/[/?]/)[1]
  return isLanguage(segment) ? segment : undefined
}

function chosenIn(cookie = ''): string | undefined {
  return new RegExp(`(?:^|; )${languageCookie}=(\\w+)`).exec(cookie)?.[1]
}

// The colours of the site's style sheet: what Next would need a whole page for, in a few hundred bytes.
const style = [
  ':root{color-scheme:light dark;--paper:#fcfbf9;--ink:#1d1e20;--muted:#66686d}',
  '@media(prefers-color-scheme:dark){:root{--paper:#141517;--ink:#e9e7e3;--muted:#9b9da3}}',
  'body{background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif;max-width:1080px;margin:12vh auto;padding:0 20px;word-break:keep-all}',
  'h1{font-size:1.5rem;margin:0}p{margin:6px 0;color:var(--muted)}section+section{margin-top:36px}',
  'a{display:inline-block;min-width:24px;padding:4px 14px 4px 0;color:var(--ink)}',
].join('')

/** Says in both languages that there is no such page, in the reader's first. */
function missingPage(language: Language): string {
  const ordered = languages.toSorted((a, b) => Number(b === language) - Number(a === language))
  return [
    `<!doctype html><html lang="${language}"><meta name="viewport" content="width=device-width">`,
    `<title>${wordsIn(language).site.missingTitle} · Baro</title><style>${style}</style><main>`,
    ...ordered.map((one) => {
      const { site } = wordsIn(one)
      const links = waysOn(one).map(({ href, text }) => `<a href="${href}">${text}</a>`)
      return `<section lang="${one}"><h1>${site.missingTitle}</h1><p>${site.missing}<p>${links.join(' ')}</section>`
    }),
    '</main>',
  ].join('\n')
}
