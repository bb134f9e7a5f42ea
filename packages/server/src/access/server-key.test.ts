import { createSeededRandomness } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import {
  assertServerKey,
  createServerKey,
  digestOf,
  grantOf,
  isInScope,
  isServerKey,
  nameIn,
  type ServerKey,
} from './server-key.ts'

const randomness = createSeededRandomness('keys')
const { key, hash } = createServerKey('orders', randomness)
const serverKey: ServerKey = {
  name: 'orders',
  hashes: [hash],
  channels: ['order:{id}', 'room:1'],
  actions: ['publish'],
}

describe('a server key', () => {
  test('has a name in it, and nothing of it is in its hash', () => {
    expect(key).toMatch(/^baro_orders_[A-Za-z0-9_-]{43}$/)
    expect(hash).toMatch(/^sha256:[A-Za-z0-9_-]{43}$/)
    expect(nameIn(key)).toBe('orders')
    expect(hash).not.toContain(key.slice(-43))
  })

  test('is another one each time, and from the randomness of the machine', () => {
    const keys = new Set(Array.from({ length: 100 }, () => createServerKey('orders').key))
    expect(keys.size).toBe(100)
  })

  test.each(['eyJhbGciOiJIUzI1NiJ9.e30.x', 'baro', 'BARO_orders', ' baro_orders', ''])(
    'is not the token of a user: %j',
    (token) => expect(isServerKey(token)).toBe(false),
  )

  test.each(['baro_', 'baro_orders', `${key}x`, key.slice(0, -1), key.replace('orders', 'Orders'), `${key}\n`])(
    'that is incomplete names nobody, and is still no token of a user: %j',
    (token) => expect([isServerKey(token), nameIn(token)]).toEqual([true, undefined]),
  )

  test.each(['', 'Orders', 'or_ders', 'x'.repeat(33), 'orders\n'])('cannot be called %j', (name) =>
    expect(() => createServerKey(name)).toThrow(/no name of a server key/),
  )
})

describe('what counts', () => {
  test('is the key of one of the hashes: two while it is rotated, and the old one no more after it', () => {
    const next = createServerKey('orders', randomness)
    const counts = (hashes: readonly string[], shown: string) =>
      grantOf({ ...serverKey, hashes }, digestOf(shown)) !== undefined
    expect([counts([hash], key), counts([hash], next.key)]).toEqual([true, false])
    expect([counts([hash, next.hash], key), counts([hash, next.hash], next.key)]).toEqual([true, true])
    expect([counts([next.hash], key), counts([next.hash], next.key)]).toEqual([false, true])
    expect(counts([], key)).toBe(false)
  })

  test.each([
    ['order:7', true],
    ['order:7:8', false],
    ['order', false],
    ['room:1', true],
    ['room:2', false],
    ['room:%31', false],
    ['room:1:', false],
  ])('is for the channels of its patterns: %s %s', (channel, isIn) => {
    const grant = grantOf(serverKey, digestOf(key))
    expect(grant && isInScope(grant, channel)).toBe(isIn)
  })
})

test.each<[string, Partial<ServerKey>, RegExp]>([
  ['a name that is none', { name: 'Orders' }, /no name of a server key/],
  ['the key in place of its hash', { hashes: [key] }, /has a hash that is none/],
  ['an action that is none', { actions: ['redact' as never] }, /may not "redact"/],
  ['a pattern that is none', { channels: ['order:*'] }, /The pattern "order:\*"/],
])('%s is refused, without a key in the message', (_, wrong, message) => {
  const asserted = () => assertServerKey({ ...serverKey, ...wrong })
  expect(asserted).toThrow(message)
  expect(asserted).not.toThrow(key)
})
