import { BaroError } from '@baro/core'
import { type Clock, systemClock } from '@baro/core/broker'
import { checkedOptions } from '@baro/core/protocol'
import type { Auth, Identity } from '@baro/server'
import { errors, type JWTPayload, jwtVerify } from 'jose'
import type { JwtAlgorithm } from './algorithm.ts'
import { cookieOf } from './cookie.ts'
import { headerComplaint } from './header-complaint.ts'
import { type IssuersKey, issuersKey } from './issuers-key.ts'
import { jwtOptionRules } from './jwt-option-rules.ts'
import { VerifiedTokens } from './verified-tokens.ts'

/** What `jwt` takes: the algorithms, exactly one kind of key, and what else a token must say. */
export interface JwtOptions {
  /** The algorithms that are accepted; all others are refused, whatever a token says. They must fit the key. */
  readonly algorithms: readonly JwtAlgorithm[]
  /**
   * The secret of HS algorithms, at least as long as their hash: 32 bytes for HS256. A text is its UTF-8. Of a list, up to
   * 8, a token counts by any: so a secret is changed while tokens of the old one, and nodes that know only that, are there.
   */
  readonly secret?: string | Uint8Array | readonly (string | Uint8Array)[]
  /** The public key of the other algorithms: PEM (SPKI, or a certificate), or a JWK. */
  readonly publicKey?: string | Readonly<Record<string, unknown>>
  /**
   * Where the issuer shows its public keys, by `https`. They are asked for when a token names one that is not known, at
   * most once in 30 seconds, and kept for 10 minutes.
   */
  readonly jwksUrl?: string
  /** Who must have issued a token (`iss`). Default: anybody who has the key. */
  readonly issuer?: string | readonly string[]
  /** For whom it must be issued (`aud`): one of these. Default: not looked at. Name it if the issuer serves others too. */
  readonly audience?: string | readonly string[]
  /** By how much the clocks of issuer and hub may differ, in milliseconds. A token counts so much longer. Default 5,000. */
  readonly toleranceMs?: number
  /** The longest token, in characters. Default 8,192. */
  readonly maxTokenLength?: number
  /**
   * The cookie that holds the token of a request that brings none itself. It counts only where the browser says that the
   * request is of an origin that the hub lets in: by `Origin`, or by `Sec-Fetch-Site: same-origin`. Default: none.
   */
  readonly cookie?: string
  /** Default: the machine's clock. */
  readonly clock?: Pick<Clock, 'now'>
}

/** Later than any token means: 1e11 seconds are in the year 5138. A time in milliseconds is beyond it since 1973. */
const latestSeconds = 1e11

/** The longest `sub`, in characters: it stands in every publication of the user. */
const longestUser = 255

/**
 * Makes the `auth` of a hub that knows its users by JSON Web Tokens. `sub` becomes the id of the user, `exp` its end, and
 * all that the token says its claims. Both must be there. Who brings no token is a guest. Who brings one that does not
 * count is refused: `expired`, or `unauthenticated` for everything else; `unavailable` while the keys of the issuer cannot
 * be read.
 *
 * @throws {BaroError} `bad-definition` if an option is missing or makes no sense, or if the key does not fit an algorithm.
 *
 * @example
 * ```ts
 * const secret = process.env.JWT_SECRET ?? ''
 * const hub = createHub({ channels: [room], auth: jwt({ algorithms: ['HS256'], secret, audience: 'shop' }) })
 * ```
 */
export function jwt(options: JwtOptions): Auth {
  const checked = checkedOptions('jwt', options, jwtOptionRules)
  const {
    algorithms,
    issuer,
    audience,
    toleranceMs = 5_000,
    maxTokenLength = 8_192,
    cookie,
    clock = systemClock,
  } = checked
  const key = issuersKey(checked)
  const known = new VerifiedTokens(clock)
  const expected = {
    algorithms: [...algorithms],
    requiredClaims: ['sub', 'exp'],
    clockTolerance: toleranceMs / 1_000,
    ...(issuer !== undefined && { issuer: [issuer].flat() }),
    ...(audience !== undefined && { audience: [audience].flat() }),
  }

  async function byAnyOf([find, ...others]: IssuersKey['finders'], token: string): Promise<JWTPayload> {
    try {
      return (await jwtVerify(token, find, { ...expected, currentDate: new Date(clock.now()) })).payload
    } catch (error) {
      const [next, ...more] = others
      if (!next || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error
      return byAnyOf([next, ...more], token)
    }
  }

  async function verified(token: string): Promise<JWTPayload> {
    const mayAsk = key.mayAsk()
    try {
      return await byAnyOf(key.finders, token)
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new BaroError('expired', 'The token has expired. Get a new one.')
      // A key that was not there when the issuer was last asked may be there now, and it is too early to ask again.
      if (key.isAway(error) || (error instanceof errors.JWKSNoMatchingKey && !mayAsk))
        throw new BaroError('unavailable', 'The keys of the issuer cannot be read now. Try again.', { cause: error })
      throw refused(complaintOf(error))
    }
  }

  return async ({ token: brought, headers }) => {
    const token = brought ?? (cookie === undefined ? undefined : cookieOf(cookie, headers))
    if (token === undefined) return undefined
    // Before anything is decoded: a stranger's megabyte must cost nothing.
    if (token.length > maxTokenLength) throw refused(`is longer than ${maxTokenLength} characters`)
    const complaint = headerComplaint(token)
    if (complaint !== undefined) throw refused(complaint)
    const claims = known.claimsOf(token)
    if (claims) return userOf(claims, clock.now(), toleranceMs)
    const user = userOf(await verified(token), clock.now(), toleranceMs)
    known.remember(token, user.expiresAtMs)
    return user
  }
}

function userOf(claims: JWTPayload, nowMs: number, toleranceMs: number): Identity & { readonly expiresAtMs: number } {
  const { sub: id, exp = 0, iat } = claims
  if (typeof id !== 'string' || id === '' || id.length > longestUser)
    throw refused(`has a "sub" that is no text of 1 to ${longestUser} characters`)
  for (const name of ['exp', 'nbf', 'iat'] as const)
    if (Math.abs(claims[name] ?? 0) > latestSeconds) throw refused(`has a "${name}" that is no time in seconds`)
  if (iat !== undefined && iat * 1_000 > nowMs + toleranceMs) throw refused('was issued in the future')
  return { id, claims, expiresAtMs: exp * 1_000 + toleranceMs }
}

function complaintOf(error: unknown): string {
  if (error instanceof errors.JOSEAlgNotAllowed) return 'is signed by an algorithm that is not accepted'
  if (error instanceof errors.JWTClaimValidationFailed) return `has no "${error.claim}" that counts here`
  if (error instanceof errors.JWKSNoMatchingKey) return 'is signed by a key that the issuer does not have'
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'does not say by which key of the issuer it is signed'
  return 'is not signed as it must be'
}

function refused(how: string): BaroError {
  return new BaroError('unauthenticated', `The token ${how}. Sign in again.`)
}
