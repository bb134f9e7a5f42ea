import { BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'

/**
 * The path of a hub, or of a gateway, as requests name it: with a slash before it, none after it, and percent-encoded. Empty
 * for the root of a server.
 *
 * @param door What takes it as its option `path`, for the message: `createHub`.
 * @throws {BaroError} `bad-definition` if no request could name it.
 */
export function servedPath(door: string, given: string): string {
  const unusable = (why: string) =>
    new BaroError('bad-definition', `${door}: "path" is ${quote(given)}. ${why}. Give for example "/baro".`)
  const path = `/${given.replace(/^\/|\/+$/g, '')}`
  if (/^[a-z][a-z\d+.-]*:/i.test(given)) throw unusable('That is a URL. Give its path alone')
  if (/[?#]/.test(given)) throw unusable('A path has no "?" and no "#"')
  // A URL would read these as something else, and take "." and ".." out.
  if (/\\|\/\/|\p{Cc}|(?:^|\/)\.{1,2}(?:\/|$)/u.test(path)) throw unusable('It has parts that a URL does not keep')
  if (!isDecodable(path)) throw unusable('Its "%" does not begin a character')
  const encoded = new URL(path, 'http://hub').pathname
  return encoded === '/' ? '' : encoded
}

/**
 * What follows the hub's path in that of a request; `undefined` if the request is not for the hub. Hexadecimal digits
 * may be of either case (RFC 3986 §2.1).
 */
export function restBelow(path: string, pathname: string): string | undefined {
  // Asked for each request of the whole server; nearly all paths have no digits that could be of either case.
  const begins =
    pathname.startsWith(path) || (path.includes('%') && upperHex(pathname.slice(0, path.length)) === upperHex(path))
  if (!begins || (pathname.length > path.length && pathname[path.length] !== '/')) return undefined
  return pathname.slice(path.length)
}

function upperHex(path: string): string {
  return path.replace(/%[\da-f]{2}/gi, (encoded) => encoded.toUpperCase())
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
