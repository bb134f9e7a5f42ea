/** How a token may be signed. `none` is not among them. */
export type JwtAlgorithm = (typeof jwtAlgorithms)[number]

/** All of them. */
export const jwtAlgorithms = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const

/** How many bytes the secret of an algorithm must have at least (RFC 7518 §3.2); `undefined` of a public key. */
export function leastSecretBytes(algorithm: JwtAlgorithm): number | undefined {
  return algorithm.startsWith('HS') ? Number(algorithm.slice(2)) / 8 : undefined
}

/** The kind of public key that an algorithm takes, as Node names it. */
export function publicKeyOf(algorithm: JwtAlgorithm): string | undefined {
  const curves: Readonly<Record<string, string>> = { ES256: 'prime256v1', ES384: 'secp384r1', ES512: 'secp521r1' }
  if (algorithm === 'EdDSA') return 'ed25519'
  return curves[algorithm] ?? (algorithm.startsWith('HS') ? undefined : 'rsa')
}
