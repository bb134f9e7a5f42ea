import { BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'

/**
 * The tag of all pages at a path, whatever their query. One for all spellings of a path: percent-encoded or not, in upper or
 * lower case, and Hangul composed (NFC) or not.
 *
 * @throws {BaroError} `bad-definition` if it is no path.
 */
export function tagOfPlace(path: string): string {
  if (/^\/[^?#\s]*$/.test(path)) return tagOfPath(path)
  throw new BaroError(
    'bad-definition',
    `${quote(path)} is no path of a page. Give what stands in its URL, without a query: "/news/today".`,
  )
}

/** The same of the path of a request, which may be spelled in any way. */
export function tagOfPath(path: string): string {
  return `path:${path.split('/').map(canonicalSegment).join('/')}`
}

function canonicalSegment(segment: string): string {
  // Most are as they stay.
  if (/^[\w.~-]*$/.test(segment)) return segment
  try {
    return encodeURIComponent(decodeURIComponent(segment).normalize('NFC'))
  } catch {
    // It is no text, and is compared as it is.
    return segment
  }
}

/** The target of a request as its client asked for it: a router takes from `url` the path at which it is mounted. */
export function targetOf(request: { readonly url?: string | undefined }): string {
  const { originalUrl } = request as { readonly originalUrl?: unknown }
  return typeof originalUrl === 'string' ? originalUrl : (request.url ?? '/')
}
