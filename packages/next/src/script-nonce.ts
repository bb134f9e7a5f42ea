import { randomBytes } from 'node:crypto'
import type { IncomingMessage, OutgoingHttpHeader, ServerResponse } from 'node:http'
import { scriptSources } from '@baro/server/parts'

const policyName = 'content-security-policy'

/**
 * Lets the inline scripts of one answer run by a nonce, where the application's policy says `'unsafe-inline'`: Next puts the
 * nonce that it finds in the request on each script that it renders for it. A page of Next's own cache was rendered for
 * another request, and its policy stays as it is; in front of Next (`pages`) such a page gets the hashes of its scripts.
 */
export function allowScriptsByNonce(request: IncomingMessage, response: ServerResponse): void {
  const nonce = `'nonce-${randomBytes(16).toString('base64')}'`
  // Whatever stands there: a nonce that a visitor names is none.
  request.headers[policyName] = `script-src ${nonce}`
  const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => ServerResponse
  // Node calls it too, where only headers were set.
  response.writeHead = ((...given: unknown[]) => {
    const policy = response.getHeader(policyName)
    if (policy !== undefined && !isOfCache(response)) response.setHeader(policyName, withNonce(policy, nonce))
    return writeHead(...given)
  }) as ServerResponse['writeHead']
}

/** Next says so of what it has rendered before. */
function isOfCache(response: ServerResponse): boolean {
  return response.hasHeader('x-nextjs-cache') || response.hasHeader('x-nextjs-prerender')
}

function withNonce(policy: OutgoingHttpHeader, nonce: string): string | string[] {
  return Array.isArray(policy)
    ? policy.map((one) => scriptSources(one, [nonce]))
    : scriptSources(String(policy), [nonce])
}
