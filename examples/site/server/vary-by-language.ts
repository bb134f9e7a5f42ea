import type { IncomingMessage, ServerResponse } from 'node:http'
import { isLanguage } from '../i18n/languages.ts'

const choosers = 'Accept-Language, Cookie'

/**
 * Tells shared caches what chose the language of a page whose path names none. It is told here and not in the proxy,
 * because Next.js replaces the `Vary` of a page, whoever set it before.
 */
export function varyByLanguage(request: IncomingMessage, response: ServerResponse): void {
  if (isLanguage(request.url?.split(/[/?]/)[1])) return
  const setHeader = response.setHeader.bind(response)
  response.setHeader = (name, value) => {
    if (name.toLowerCase() !== 'vary' || String(value).includes(choosers)) return setHeader(name, value)
    return setHeader(name, [value, choosers].flat().join(', '))
  }
}
