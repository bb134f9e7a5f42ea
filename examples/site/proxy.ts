import { type NextRequest, NextResponse } from 'next/server'
import { isLanguage, languageCookie } from './i18n/languages.ts'
import { negotiate } from './i18n/negotiate.ts'

export const config = { matcher: ['/((?!_next/|api/|baro/|.*\\.).*)'] }

/** Shows `/rooms/1` in the visitor's language: inside, each page exists once per language and is cached like that. */
export function proxy(request: NextRequest): NextResponse {
  const { pathname } = request.nextUrl
  if (isLanguage(pathname.split('/')[1])) return NextResponse.next()
  const language = negotiate(request.cookies.get(languageCookie)?.value, request.headers.get('accept-language'))
  const url = request.nextUrl.clone()
  url.pathname = `/${language}${pathname}`
  return NextResponse.rewrite(url)
}
