import { isDeviceId } from '../channels/device.ts'
import { isRoomId } from '../channels/room-id.ts'
import { isTextId } from '../channels/stream.ts'
import { isDraftId } from '../channels/write.ts'
import { guides } from '../components/docs/guides.ts'
import { referencePages } from '../components/docs/reference-pages.ts'
import { isLanguage } from '../i18n/languages.ts'

/** What becomes of a request, by its target (RFC 9112 §3.2). */
export type SitePath =
  /** Next answers it: a page of this site, or a file of its build. */
  | { readonly kind: 'known' }
  /** The same page has one address, and is cached under that. */
  | { readonly kind: 'elsewhere'; readonly location: string }
  /** Nothing is here, and Next is not asked: it would render an answer, and might cache it. */
  | { readonly kind: 'missing' }

/** What is no page. */
export const siteFiles: ReadonlySet<string> = new Set([
  '/icon.svg',
  '/inbox-worker.js',
  '/share.png',
  '/sitemap.xml',
  '/robots.txt',
  '/api/baro',
])

const known: SitePath = { kind: 'known' }
const missing: SitePath = { kind: 'missing' }

// Files of a build are named by Next; images and the data of the Pages Router, which are made on demand, are not used.
const buildFile = /^\/_next\/static\/[\w./~@%-]{1,256}$/

// In development Next has addresses of its own.
const developmentFile = /^\/(?:_next\/|__nextjs)/

/**
 * Decides about a request before Next sees it. Next decodes a target before any page or proxy is asked, and answers what
 * cannot be decoded with 500; a 404 of a cached route it writes to disk, one for each name that somebody invents
 * (144 kB each, measured).
 */
export function decideSitePath(target: string, { dev = false, database = true } = {}): SitePath {
  const [path = '', query] = split(target, '?')
  if (siteFiles.has(path)) return known
  if (dev && developmentFile.test(path)) return known
  // Next resolves path steps, and the file would be a page.
  if (buildFile.test(path)) return decode(path)?.includes('..') === false ? known : missing
  const canonical = canonicalPath(path)
  if (canonical === undefined || (!database && ofDatabase.test(canonical))) return missing
  return canonical === path
    ? known
    : { kind: 'elsewhere', location: query === undefined ? canonical : `${canonical}?${query}` }
}

/** The one address of the page that a path means, if it means any. */
function canonicalPath(path: string): string | undefined {
  if (path === '/') return path
  const segments = (path.endsWith('/') ? path.slice(0, -1) : path).split('/')
  if (!path.startsWith('/')) return undefined
  segments.shift()
  const language = isLanguage(segments[0]) ? [segments.shift()] : []
  const page = canonicalPage(segments)
  return page && `/${[...language, ...page].join('/')}`
}

/** Pages of rows: without a database there are none. */
const ofDatabase = /^(?:\/\w\w)?\/(?:market|news|shop)(?:\/|$)/

const single: ReadonlySet<string> = new Set<string>([
  'benchmarks',
  'board',
  'compare',
  'compat',
  'demos',
  'device',
  'docs',
  'docs/api',
  ...referencePages.map((page) => `docs/api/${page}`),
  'docs/passages',
  'how',
  'inbox',
  'machine',
  'market',
  'market/orders',
  'news',
  'pages-router',
  'play',
  'session',
  'session/end',
  'session/token',
  'shop',
  'shop/orders',
  'sign-in',
  'stream',
  'stream/texts',
  'transports',
])

/** Pages of something with an id: what can be one. */
const names: ReadonlyMap<string, (id: string) => boolean> = new Map([
  ['rooms', isRoomId],
  ['club', isRoomId],
  ['device', isDeviceId],
  ['stream', isTextId],
  ['write', isDraftId],
  ['docs', (name) => guides.some((guide) => guide === name)],
  // What an article can be called: the page knows which there are.
  ['news', (id) => /^[1-9]\d{0,8}$/.test(id)],
])

/** What there is below such a page: what its form posts to, and what only its owner may see. */
const below: ReadonlyMap<string, readonly string[]> = new Map([
  ['rooms', ['messages']],
  ['club', ['messages', 'moderation']],
  ['news', ['edits']],
])

function canonicalPage(segments: readonly string[]): readonly string[] | undefined {
  const [section, id, ...more] = segments
  if (section === undefined || single.has(segments.join('/'))) return segments
  // There is no list of texts.
  if (section === 'write' && id === undefined) return ['write', '1']
  if (id === undefined) return undefined
  const isName = names.get(section)
  const [step, ...further] = more
  const isBelow = step === undefined || (further.length === 0 && below.get(section)?.includes(step))
  if (!isName || !isBelow) return undefined
  // One name has one spelling (NFC), in a path as in a channel name.
  const decoded = decode(id)?.normalize('NFC')
  return decoded !== undefined && isName(decoded) ? [section, encodeURIComponent(decoded), ...more] : undefined
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function split(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
