/** The keys of an issuer that is a server of its own. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { jwt } from './jwt.ts'

const ends: (() => void)[] = []

beforeEach(() => {
  // `jose` looks at the date to know how old the keys are.
  vi.useFakeTimers({ toFake: ['Date'] })
})

afterEach(() => {
  vi.useRealTimers()
  for (const end of ends.splice(0)) end()
})

/** An issuer that shows keys, and signs. */
async function issuer() {
  const keys = new Map<string, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>()
  const state = { asked: 0, answer: undefined as string | undefined, status: 200 }
  const server = createServer((_, response) => {
    state.asked++
    const shown = [...keys].map(([kid, { publicKey }]) => ({
      ...publicKey.export({ format: 'jwk' }),
      kid,
      alg: 'ES256',
    }))
    response.writeHead(state.status, { 'content-type': 'application/json' })
    response.end(state.answer ?? JSON.stringify({ keys: shown }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  ends.push(close)
  const make = (kid: string) => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    keys.set(kid, pair)
    return pair.privateKey
  }
  const auth = jwt({
    algorithms: ['ES256'],
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
  })
  const come = async (key: KeyObject, kid?: string) => {
    const token = await new SignJWT({ sub: 'ada' })
      .setProtectedHeader({ alg: 'ES256', ...(kid !== undefined && { kid }) })
      .setExpirationTime(Date.now() / 1_000 + 60)
      .sign(key)
    return Promise.resolve(auth({ token, headers: {} })).then(
      (user) => user?.id,
      (error) => error.code,
    )
  }
  return { state, keys, make, come, close }
}

describe('the keys of an issuer', () => {
  test('are asked for once for all tokens', async () => {
    const { state, make, come } = await issuer()
    const key = make('1')
    for (let tokens = 0; tokens < 5; tokens++) expect(await come(key, '1')).toBe('ada')
    expect(state.asked).toBe(1)
  })

  test('may be replaced: a token that names an unknown one makes the hub ask again, every 30 seconds at most', async () => {
    const { state, keys, make, come } = await issuer()
    const first = make('1')
    expect(await come(first, '1')).toBe('ada')
    keys.delete('1')
    const second = make('2')
    // It is too early to ask, so nobody can tell yet: whoever comes with it comes back.
    for (let tokens = 0; tokens < 100; tokens++) expect(await come(second, '2')).toBe('unavailable')
    expect(state.asked).toBe(1)
    vi.setSystemTime(Date.now() + 31_000)
    expect(await come(second, '2')).toBe('ada')
    expect(await come(first, '1')).toBe('unavailable')
    vi.setSystemTime(Date.now() + 31_000)
    expect(await come(first, '1')).toBe('unauthenticated')
    expect(state.asked).toBe(3)
  })

  test('are not those that a token names for itself', async () => {
    const { make, come } = await issuer()
    make('1')
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    expect(await come(privateKey, '1')).toBe('unauthenticated')
  })

  test.each<[string, (state: { answer: string | undefined; status: number }) => void]>([
    ['answers with an error', (state) => (state.status = 503)],
    ['answers with no JSON', (state) => (state.answer = '<html>')],
    ['answers with no keys', (state) => (state.answer = '{}')],
    ['answers with more than 256 kB', (state) => (state.answer = `{"keys":[],"more":"${'x'.repeat(300_000)}"}`)],
  ])('an issuer that %s cannot be asked now: come back', async (_, spoil) => {
    const { state, make, come } = await issuer()
    spoil(state)
    expect(await come(make('1'), '1')).toBe('unavailable')
  })

  test('an issuer that is away does not hurt those whose key is known', async () => {
    const { make, come, close } = await issuer()
    const key = make('1')
    expect(await come(key, '1')).toBe('ada')
    close()
    expect(await come(key, '1')).toBe('ada')
    vi.setSystemTime(Date.now() + 31_000)
    expect(await come(make('2'), '2')).toBe('unavailable')
  })
})
