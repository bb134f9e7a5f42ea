import { createHmac } from 'node:crypto'
import { createFakeClock } from '@baro/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { jwt } from './jwt.ts'
import { mostCharacters, VerifiedTokens } from './verified-tokens.ts'

const start = Date.UTC(2026, 0, 1)
const secret = 'a secret of thirty-two bytes, or more of them'
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function tokenOf(payload: object, key = secret): string {
  const signed = `${base64({ alg: 'HS256' })}.${base64(payload)}`
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}

function authOf() {
  const clock = createFakeClock({ now: start })
  const auth = jwt({ algorithms: ['HS256'], secret, toleranceMs: 0, clock })
  return { clock, auth: async (token: string) => auth({ token, headers: {} }) }
}

afterEach(() => {
  vi.restoreAllMocks()
})

test('a token is verified once in a minute, however often it is shown', async () => {
  const verify = vi.spyOn(crypto.subtle, 'verify')
  const { clock, auth } = authOf()
  const token = tokenOf({ sub: 'ada', exp: start / 1_000 + 600 })
  for (let second = 0; second < 60; second++) {
    expect(await auth(token)).toMatchObject({ id: 'ada' })
    clock.advance(1_000)
  }
  expect(verify).toHaveBeenCalledTimes(1)
  expect(await auth(token)).toMatchObject({ id: 'ada' })
  expect(verify).toHaveBeenCalledTimes(2)
})

test('I8: one that was verified ends at its time, exactly', async () => {
  const { clock, auth } = authOf()
  const token = tokenOf({ sub: 'ada', exp: start / 1_000 + 10 })
  await auth(token)
  clock.advance(9_999)
  expect(await auth(token)).toMatchObject({ id: 'ada', expiresAtMs: start + 10_000 })
  clock.advance(1)
  await expect(auth(token)).rejects.toMatchObject({ code: 'expired' })
})

test('what was verified says nothing of a token with the same claims and another signature', async () => {
  const { auth } = authOf()
  const payload = { sub: 'ada', exp: start / 1_000 + 600 }
  await auth(tokenOf(payload))
  await expect(auth(tokenOf(payload, 'another secret of thirty-two bytes'))).rejects.toMatchObject({
    code: 'unauthenticated',
  })
})

test('who changes the claims of a user changes them for nobody else', async () => {
  const { auth } = authOf()
  const token = tokenOf({ sub: 'ada', exp: start / 1_000 + 600, rooms: ['a'] })
  const rooms = (await auth(token))?.claims?.rooms as string[]
  rooms.push('b')
  expect((await auth(token))?.claims).toMatchObject({ rooms: ['a'] })
})

test('I7: the oldest are forgotten when all together are too long', () => {
  const known = new VerifiedTokens(createFakeClock({ now: start }))
  const long = (name: string) => tokenOf({ name, padding: 'x'.repeat(mostCharacters / 5) })
  const tokens = ['a', 'b', 'c', 'd'].map(long)
  for (const token of tokens) known.remember(token, Number.POSITIVE_INFINITY)
  expect(tokens.map((token) => known.claimsOf(token)?.name)).toEqual([undefined, 'b', 'c', 'd'])
})
