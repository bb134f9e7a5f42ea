import type { Credentials } from '@baro/server'

/**
 * The token in a cookie of this name. A browser adds cookies to what other sites ask for, so it counts only where the
 * browser says who asks: the hub has checked the `Origin`, which a browser leaves out of a GET of the page's own origin.
 *
 * @returns `undefined` if there is none, or if there are two: another site of the same domain may have added one.
 */
export function cookieOf(
  name: string,
  { cookie, origin, 'sec-fetch-site': site }: Credentials['headers'],
): string | undefined {
  if (typeof cookie !== 'string' || (origin === undefined && site !== 'same-origin')) return undefined
  const found = cookie.split(/; */).filter((pair) => pair.startsWith(`${name}=`))
  return found.length === 1 ? found[0]?.slice(name.length + 1) || undefined : undefined
}
