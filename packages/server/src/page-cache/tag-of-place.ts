import { BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'

/**
 * The tag of all pages at a path, whatever their query.
 *
 * @throws {BaroError} `bad-definition` if it is no path.
 */
export function tagOfPlace(path: string): string {
  if (/^\/[^?#\s]*$/.test(path)) return `path:${path}`
  throw new BaroError(
    'bad-definition',
    `${quote(path)} is no path of a page. Give what stands in its URL, percent-encoded, without a query: "/news/today".`,
  )
}
