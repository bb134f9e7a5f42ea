import type { IncomingMessage, ServerResponse } from 'node:http'
import { languages } from '../i18n/languages.ts'
import { waysOn } from '../i18n/ways-on.ts'
import { wordsIn } from '../i18n/words.ts'
import { decideSitePath } from './site-path.ts'

/** Answers what is no page of this site, or a page under another address; returns whether it did. */
export function answerPath(request: IncomingMessage, response: ServerResponse, options: { dev: boolean }): boolean {
  const path = decideSitePath(request.url ?? '', options)
  if (path.kind === 'known') return false
  response.setHeader('Cache-Control', 'no-store')
  if (path.kind === 'elsewhere') response.writeHead(308, { Location: path.location }).end()
  else response.writeHead(404, { 'Content-Type': 'text/html; charset=utf-8' }).end(missingPage)
  return true
}

const missingPage = [
  '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">',
  '<meta name="color-scheme" content="light dark"><title>404 · Baro</title>',
  '<style>body{font:16px/1.5 system-ui;max-width:40em;margin:10vh auto;padding:0 20px}a{display:inline-block;min-width:24px;padding:4px 12px 4px 0}</style><main>',
  ...languages.map((language) => {
    const { site } = wordsIn(language)
    const links = waysOn(language).map(({ href, text }) => `<a href="${href}">${text}</a>`)
    return `<section lang="${language}"><h1>${site.missingTitle}</h1><p>${site.missing}<p>${links.join(' ')}</section>`
  }),
  '</main>',
].join('\n')
