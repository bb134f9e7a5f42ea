import { createHmac, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { createFakeClock } from '@baro/testing'
import { type JWTPayload, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { type JwtAlgorithm, jwtAlgorithms } from './algorithm.ts'
import { type JwtOptions, jwt } from './jwt.ts'

const start = Date.UTC(2026, 0, 1)
const nowSeconds = start / 1_000
const secret = 'a secret of thirty-two bytes, or more of them'
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString()

type Given = { readonly [Name in keyof JwtOptions]?: JwtOptions[Name] | undefined }

const base64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A token of any header and payload, with a true HS256 signature over them. */
function forge(header: unknown, payload: unknown, key: string | Buffer = secret): string {
  const signed = `${base64(header)}.${base64(payload)}`
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}

const hs256 = { alg: 'HS256' }
const ada = { sub: 'ada', exp: nowSeconds + 60 }

function authOf(given: Given = {}) {
  const clock = createFakeClock({ now: start })
  return { clock, auth: jwt({ algorithms: ['HS256'], secret, clock, ...given } as JwtOptions) }
}

async function outcomeOf(token: string, given: Given = {}): Promise<unknown> {
  try {
    return (await authOf(given).auth({ token, headers: {} }))?.id
  } catch (error) {
    return (error as { code?: string }).code
  }
}

function keysFor(algorithm: JwtAlgorithm) {
  if (algorithm.startsWith('HS')) {
    const shared = randomBytes(64)
    return { sign: shared, options: { secret: shared } }
  }
  const { privateKey, publicKey } = algorithm.startsWith('ES')
    ? generateKeyPairSync('ec', {
        namedCurve: String({ ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[algorithm as 'ES256']),
      })
    : algorithm === 'EdDSA'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('rsa', { modulusLength: 2_048 })
  return { sign: privateKey, options: { publicKey: pem(publicKey) } }
}

const sign = (alg: string, key: Parameters<SignJWT['sign']>[0], payload: JWTPayload = ada) =>
  new SignJWT(payload).setProtectedHeader({ alg }).sign(key)

describe('a token that counts', () => {
  test.each(jwtAlgorithms)('may be signed with %s, and with no key but the right one', async (algorithm) => {
    const { sign: key, options } = keysFor(algorithm)
    const given = { algorithms: [algorithm], secret: undefined, ...options }
    expect(await outcomeOf(await sign(algorithm, key), given)).toBe('ada')
    expect(await outcomeOf(await sign(algorithm, keysFor(algorithm).sign), given)).toBe('unauthenticated')
  })

  test('may be verified with a JWK', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const given: Given = { algorithms: ['EdDSA'], secret: undefined, publicKey: publicKey.export({ format: 'jwk' }) }
    expect(await outcomeOf(await sign('EdDSA', privateKey), given)).toBe('ada')
  })

  test('may be signed with any of several secrets, while one takes the place of another', async () => {
    const [older, newer] = ['the older secret of thirty-two bytes', Buffer.from('the newer secret of thirty-two bytes')]
    const given: Given = { secret: [older, newer] }
    for (const key of [older, newer]) expect(await outcomeOf(forge(hs256, ada, key), given)).toBe('ada')
    expect(await outcomeOf(forge(hs256, ada), given)).toBe('unauthenticated')
    for (const key of [older, newer])
      expect(await outcomeOf(forge(hs256, { ...ada, exp: nowSeconds - 60 }, key), given)).toBe('expired')
  })

  test('says who it is, all that it says, and when that ends', async () => {
    const payload = { ...ada, role: 'admin', rooms: ['a'] }
    expect(await authOf().auth({ token: forge(hs256, payload), headers: {} })).toEqual({
      id: 'ada',
      claims: payload,
      expiresAtMs: start + 60_000 + 5_000,
    })
  })

  test('who brings none is a guest', async () => {
    expect(await authOf().auth({ headers: {} })).toBeUndefined()
  })
})

describe('a token that does not count', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const rs256: Given = { algorithms: ['RS256'], secret: undefined, publicKey: pem(publicKey) }
  const after = (seconds: number) => nowSeconds + seconds

  test.each<[string, string, string, Given?]>([
    ['is none', '', 'unauthenticated'],
    ['is garbage', 'garbage', 'unauthenticated'],
    ['is three dots', '...', 'unauthenticated'],
    ['has a header that is no JSON', `${base64('{')}.${base64(ada)}.aaaa`, 'unauthenticated'],
    ['has a header that is a list', `${base64([])}.${base64(ada)}.aaaa`, 'unauthenticated'],
    ['is longer than 8,192 characters', forge(hs256, { ...ada, more: 'x'.repeat(8_192) }), 'unauthenticated'],
    ['has 100 kB', 'x'.repeat(100_000), 'unauthenticated'],
    ['is signed by nobody', `${base64({ alg: 'none' })}.${base64(ada)}.`, 'unauthenticated'],
    ['is signed by nobody, spelled otherwise', `${base64({ alg: 'nOnE' })}.${base64(ada)}.`, 'unauthenticated'],
    ['has its signature cut off', forge(hs256, ada).replace(/[^.]*$/, ''), 'unauthenticated'],
    ['has another signature', `${forge(hs256, ada).slice(0, -4)}AAAA`, 'unauthenticated'],
    [
      'has another payload',
      forge(hs256, ada).replace(/\.[^.]*\./, `.${base64({ ...ada, sub: 'eve' })}.`),
      'unauthenticated',
    ],
    ['is signed with another secret', forge(hs256, ada, 'another secret of thirty-two bytes'), 'unauthenticated'],
    ['is of an algorithm that is not listed', forge({ alg: 'HS512' }, ada), 'unauthenticated'],
    ['is signed with the public key as a secret', forge(hs256, ada, pem(publicKey)), 'unauthenticated', rs256],
    ['is encrypted', `${base64({ alg: 'dir', enc: 'A128GCM' })}..a.b.c`, 'unauthenticated'],
    ...['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64'].map((name): [string, string, string] => [
      `brings ${name}`,
      forge({ ...hs256, [name]: name === 'crit' ? ['exp'] : 'https://evil.example/keys' }, ada),
      'unauthenticated',
    ]),
    ['has a kid that is a list', forge({ ...hs256, kid: ['a'] }, ada), 'unauthenticated'],
    ['has a kid of a kilobyte', forge({ ...hs256, kid: 'k'.repeat(1_024) }, ada), 'unauthenticated'],
    ['has no exp', forge(hs256, { sub: 'ada' }), 'unauthenticated'],
    ['has an exp that is text', forge(hs256, { ...ada, exp: '9999999999' }), 'unauthenticated'],
    ['has an exp of 1e309', forge(hs256, '{"sub":"ada","exp":1e309}'), 'unauthenticated'],
    ['has an exp in milliseconds', forge(hs256, { ...ada, exp: start + 60_000 }), 'unauthenticated'],
    ['has an exp of -1e309', forge(hs256, '{"sub":"ada","exp":-1e309}'), 'expired'],
    ['has expired', forge(hs256, { ...ada, exp: after(-6) }), 'expired'],
    ['counts from later on', forge(hs256, { ...ada, nbf: after(6) }), 'unauthenticated'],
    ['has an nbf in milliseconds', forge(hs256, { ...ada, nbf: start }), 'unauthenticated'],
    ['has an nbf of -1e309', forge(hs256, `{"sub":"ada","exp":${after(60)},"nbf":-1e309}`), 'unauthenticated'],
    ['was issued in the future', forge(hs256, { ...ada, iat: after(6) }), 'unauthenticated'],
    ['has no sub', forge(hs256, { exp: after(60) }), 'unauthenticated'],
    ['has an empty sub', forge(hs256, { ...ada, sub: '' }), 'unauthenticated'],
    ['has a sub that is a number', forge(hs256, { ...ada, sub: 7 }), 'unauthenticated'],
    ['has a sub of 256 characters', forge(hs256, { ...ada, sub: 'a'.repeat(256) }), 'unauthenticated'],
    ['has another issuer', forge(hs256, { ...ada, iss: 'evil' }), 'unauthenticated', { issuer: 'shop' }],
    ['has no issuer', forge(hs256, ada), 'unauthenticated', { issuer: ['shop', 'bank'] }],
    ['is for somebody else', forge(hs256, { ...ada, aud: ['blog'] }), 'unauthenticated', { audience: ['shop'] }],
    ['is for nobody', forge(hs256, ada), 'unauthenticated', { audience: 'shop' }],
    ['has a payload that is a text', forge(hs256, '"ada"'), 'unauthenticated'],
  ])('%s', async (_, token, code, given) => {
    expect(await outcomeOf(token, given)).toBe(code)
  })

  test('may count if the clocks differ by less than 5 seconds, unless they may not', async () => {
    for (const claims of [{ exp: after(-4) }, { nbf: after(4) }, { iat: after(4) }]) {
      const token = forge(hs256, { ...ada, ...claims })
      expect(await outcomeOf(token)).toBe('ada')
      expect(await outcomeOf(token, { toleranceMs: 0 })).not.toBe('ada')
    }
  })

  test('is never repeated in what is said about it', async () => {
    const token = forge(hs256, { ...ada, aud: 'a-private-claim' }, 'another secret of thirty-two bytes')
    const ask = async () => authOf().auth({ token, headers: {} })
    const error: Error = await ask().then(
      () => new Error('it counted'),
      (caught) => caught,
    )
    expect(error).toMatchObject({ code: 'unauthenticated' })
    for (const piece of [...token.split('.'), 'a-private-claim'])
      if (piece !== '') expect(`${error} ${error.cause}`).not.toContain(piece)
  })

  test('a token of the true issuer and audience counts', async () => {
    const given: Given = { issuer: ['shop', 'bank'], audience: 'shop' }
    expect(await outcomeOf(forge(hs256, { ...ada, iss: 'bank', aud: ['blog', 'shop'] }), given)).toBe('ada')
    expect(await outcomeOf(await sign('RS256', privateKey), rs256)).toBe('ada')
  })
})

describe('a cookie', () => {
  const token = forge(hs256, ada)
  const cookie = `theme=dark; session=${token}; other=1`
  const userOf = async (headers: Record<string, string>, brought?: string) =>
    (await authOf({ cookie: 'session' }).auth({ headers, ...(brought && { token: brought }) }))?.id

  test('holds the token, where the browser says that the origin is one that the hub lets in', async () => {
    expect(await userOf({ cookie, origin: 'https://shop.example' })).toBe('ada')
    expect(await userOf({ cookie, 'sec-fetch-site': 'same-origin' })).toBe('ada')
  })

  test.each(['none', 'same-site', 'cross-site'])(
    'does not count from a request of which it is said: %s',
    async (site) => {
      expect(await userOf({ cookie, 'sec-fetch-site': site })).toBeUndefined()
    },
  )

  test('does not count without a word on who asks, and not if there are two', async () => {
    expect(await userOf({ cookie })).toBeUndefined()
    const origin = 'https://shop.example'
    expect(await userOf({ cookie: `session=${token}; session=${token}`, origin })).toBeUndefined()
    expect(await userOf({ cookie: `xsession=${token}; session=`, origin })).toBeUndefined()
  })

  test('does not win over the token that a request brings', async () => {
    const other = forge(hs256, { ...ada, sub: 'grace' })
    expect(await userOf({ cookie, origin: 'https://shop.example' }, other)).toBe('grace')
  })

  test('is not read unless it is named', async () => {
    expect(await authOf().auth({ headers: { cookie, origin: 'https://shop.example' } })).toBeUndefined()
  })
})

describe('an option that makes no sense is refused at once', () => {
  const publicKey = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)
  test.each<[Given, string]>([
    [{ algorithms: undefined as never }, '"algorithms"'],
    [{ algorithms: [] }, '"algorithms"'],
    [{ algorithms: ['none' as never] }, '"algorithms"'],
    [{ secret: undefined }, 'exactly one'],
    [{ publicKey }, 'exactly one'],
    [{ secret: 'too short' }, 'at least 32 bytes'],
    [{ secret: [] }, '"secret"'],
    [{ secret: [secret, 1 as never] }, '"secret"'],
    [{ secret: Array.from({ length: 9 }, () => secret) }, 'up to 8'],
    [{ secret: [secret, 'too short'] }, 'at least 32 bytes'],
    [{ algorithms: ['HS512'], secret: 'x'.repeat(63) }, 'at least 64 bytes'],
    [{ algorithms: ['HS256', 'RS256'] }, 'cannot verify RS256 with a secret'],
    [{ algorithms: ['HS256'], secret: undefined, publicKey }, 'cannot verify HS256 with a public key'],
    [{ algorithms: ['ES384'], secret: undefined, publicKey }, 'cannot verify ES384 with a key of prime256v1'],
    [{ algorithms: ['ES256'], secret: undefined, publicKey: 'garbage' }, 'PEM'],
    [{ algorithms: ['ES256'], secret: undefined, publicKey: '-----BEGIN PRIVATE KEY-----' }, 'private'],
    [{ algorithms: ['ES256'], secret: undefined, jwksUrl: 'http://issuer.example/keys' }, 'https'],
    [{ algorithms: ['ES256'], secret: undefined, jwksUrl: 'keys' }, 'https'],
    [{ issuer: [] }, '"issuer"'],
    [{ toleranceMs: -1 }, '"toleranceMs"'],
  ])('%j', (given, says) => {
    expect(() => authOf(given)).toThrow(expect.objectContaining({ code: 'bad-definition' }))
    expect(() => authOf(given)).toThrow(says)
  })
})
