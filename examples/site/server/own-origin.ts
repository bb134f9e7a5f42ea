/**
 * Whether a form was posted by a page of this site, by what its browser says (`Origin`), as a hub decides it: the same host,
 * and no page of `http:` if the form came by `https:`. Next says by which in `X-Forwarded-Proto`, unless a proxy does.
 */
export function isOwnOrigin(headers: Pick<Headers, 'get'>): boolean {
  const origin = headers.get('origin')
  if (origin === null || !URL.canParse(origin)) return false
  const { host, protocol } = new URL(origin)
  if (host !== headers.get('host')) return false
  return protocol !== 'http:' || headers.get('x-forwarded-proto') !== 'https'
}
