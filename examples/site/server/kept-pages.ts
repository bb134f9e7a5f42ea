import type { PagesOptions } from '@baro/server'
import { languageCookie, languages } from '../i18n/languages.ts'
import { decideSitePath, siteFiles } from './site-path.ts'

/** What is for one visitor, and files of the build. */
const notKept = /^(?:\/\w\w)?\/(?:club|inbox|session|_next)(?:\/|$)/

/**
 * The pages of the site that the hub keeps in front of Next. Whoever invents addresses gets nothing kept: only what can be a
 * page is, and all of them together are bounded by the hub's page store (I7). A path that names no language shows that
 * of the cookie, or the best of `Accept-Language`, and says so in `Vary`: it is kept once for each language.
 */
export const keptPages: PagesOptions = {
  cookies: [languageCookie],
  query: [],
  languages,
  policy: (path) => (isPage(path) ? policy : undefined),
}

function isPage(path: string): boolean {
  return !notKept.test(path) && !siteFiles.has(path) && decideSitePath(path).kind === 'known'
}

/** For how long a page is fresh each page says itself, by `revalidate`. */
const policy = {}
