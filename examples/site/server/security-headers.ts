import type { ServerResponse } from 'node:http'

/**
 * What browsers are told not to do with a page (CSP Level 3; Fetch §3.7).
 *
 * Scripts and styles come from here alone. Next writes the data of a page into inline scripts: in the place of
 * `'unsafe-inline'` for scripts a page that is kept gets their hashes, and one for a single visitor a nonce (`pages` and
 * `inlineScripts` of `attach`). So a script that a stranger got into a page does not run. In development, where Next
 * writes scripts of its own, the word stays. The pictures and voice notes of rooms are `data:` addresses.
 */
function contentPolicy(dev: boolean): string {
  return [
    "default-src 'self'",
    // React explains errors in development by way of `eval`.
    `script-src 'self' 'unsafe-inline'${dev ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "media-src 'self' data:",
    // A WebSocket to where the page comes from is 'self' too.
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Sets the headers that each answer of the site carries. */
export function setSecurityHeaders(response: ServerResponse, { dev }: { dev: boolean }): void {
  // In development Next calls a script of the Pages Router JSON.
  if (!dev) response.setHeader('X-Content-Type-Options', 'nosniff')
  // For browsers that do not know `frame-ancestors`.
  response.setHeader('X-Frame-Options', 'DENY')
  // The name of a room is nobody else's business.
  response.setHeader('Referrer-Policy', 'same-origin')
  response.setHeader('Content-Security-Policy', contentPolicy(dev))
}
