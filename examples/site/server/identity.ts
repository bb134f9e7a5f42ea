import { jwt } from '@baro/jwt'
import type { Auth } from '@baro/server'
import { forHub, issuerSecret } from './issuer.ts'
import { visitorOf } from './visitor-of.ts'

/**
 * How the hub knows who somebody is: a member by the token of the issuer, a guest by the secret of their browser. The clock
 * of the issuer is the clock of the hub, so a token counts exactly as long as it says.
 */
export function createIdentity(): Auth {
  const member = jwt({ algorithms: ['HS256'], secret: issuerSecret(), audience: forHub, toleranceMs: 0 })
  // The secret of a browser has no dot in it, and a token has two.
  return (credentials) => (credentials.token?.includes('.') ? member : visitorOf)(credentials)
}
