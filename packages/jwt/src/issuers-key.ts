/** The key that tokens are verified with. */
import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { BaroError } from '@baro/core'
import { type CryptoKey, createRemoteJWKSet, customFetch, errors, type JWTHeaderParameters } from 'jose'
import { leastSecretBytes, publicKeyOf } from './algorithm.ts'
import type { JwtOptions } from './jwt.ts'

type Find = (header: JWTHeaderParameters) => Promise<CryptoKey | KeyObject>

/** Finds the key of a token. */
export interface IssuersKey {
  /** Each finds a key that a token may be signed by. */
  readonly finders: readonly [Find, ...Find[]]
  /** Whether the issuer is asked, if a token names a key that is not known. */
  mayAsk(): boolean
  /** Whether an error says that the issuer cannot be asked now. */
  isAway(error: unknown): boolean
}

/** The longest answer of an issuer: dozens of keys with their certificates. */
const longestAnswer = 256 << 10

/**
 * Reads the key of the options.
 *
 * @throws {BaroError} `bad-definition` if there is not exactly one, or if it does not fit an algorithm.
 */
export function issuersKey(options: JwtOptions): IssuersKey {
  const { algorithms, secret, publicKey, jwksUrl } = options
  const given = [secret, publicKey, jwksUrl].filter((one) => one !== undefined)
  if (given.length !== 1) throw wrong(`takes exactly one of secret, publicKey and jwksUrl, and got ${given.length}`)
  // A public key in the place of a secret is the oldest trick: anybody could sign with it.
  for (const algorithm of algorithms)
    if ((publicKeyOf(algorithm) === undefined) !== (secret !== undefined))
      throw wrong(`cannot verify ${algorithm} with ${secret === undefined ? 'a public key' : 'a secret'}`)
  if (secret !== undefined) return fixed([secret].flat().map((one) => secretOf(one, algorithms)))
  return publicKey === undefined ? remote(urlOf(String(jwksUrl))) : fixed([publicKeyFor(publicKey, algorithms)])
}

function fixed(keys: readonly KeyObject[]): IssuersKey {
  const [first, ...others] = keys.map((key) => async () => key)
  if (!first) throw wrong('needs a secret')
  return { finders: [first, ...others], mayAsk: () => true, isAway: () => false }
}

function remote(url: URL): IssuersKey {
  const keys = createRemoteJWKSet(url, {
    [customFetch]: async (asked, how) => {
      try {
        return await boundedAnswer(await fetch(asked, how))
      } catch (cause) {
        throw new Away('The issuer does not answer.', { cause })
      }
    },
  })
  return {
    finders: [(header) => keys(header)],
    mayAsk: () => !keys.coolingDown,
    isAway: (error) =>
      error instanceof Away ||
      error instanceof errors.JWKSTimeout ||
      error instanceof errors.JWKSInvalid ||
      (error instanceof errors.JOSEError && error.code === errors.JOSEError.code),
  }
}

class Away extends Error {}

async function boundedAnswer(response: Response): Promise<Response> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > longestAnswer) throw new Error(`It is longer than ${longestAnswer} bytes.`)
    chunks.push(chunk)
  }
  return new Response(Buffer.concat(chunks), { status: response.status })
}

function secretOf(secret: string | Uint8Array, algorithms: JwtOptions['algorithms']): KeyObject {
  const bytes = Buffer.from(secret as string)
  for (const algorithm of algorithms) {
    const least = leastSecretBytes(algorithm) ?? 0
    if (bytes.length < least)
      throw wrong(`needs a secret of at least ${least} bytes for ${algorithm}, not ${bytes.length}`)
  }
  return createSecretKey(bytes)
}

function publicKeyFor(given: NonNullable<JwtOptions['publicKey']>, algorithms: JwtOptions['algorithms']): KeyObject {
  const key = publicKeyIn(given)
  const kind = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType
  for (const algorithm of algorithms)
    if (publicKeyOf(algorithm) !== kind) throw wrong(`cannot verify ${algorithm} with a key of ${kind}`)
  return key
}

function publicKeyIn(given: NonNullable<JwtOptions['publicKey']>): KeyObject {
  // Node would take a private key too; it has no business on a hub.
  if (typeof given === 'string' ? given.includes('PRIVATE') : 'd' in given)
    throw wrong('takes a public key, and got a private one. Keep that with the issuer')
  try {
    return createPublicKey(typeof given === 'string' ? given : { key: given, format: 'jwk' })
  } catch (cause) {
    throw wrong('takes a publicKey in PEM (SPKI, or a certificate), or as a JWK', cause)
  }
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLocal = url && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url?.protocol === 'https:' || (isLocal && url.protocol === 'http:')) return url
  throw wrong('takes a jwksUrl of https: whoever can change the answer could sign as anybody')
}

function wrong(what: string, cause?: unknown): BaroError {
  return new BaroError('bad-definition', `jwt ${what}.`, { cause })
}
