import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'
import { Allowances } from './allowances.ts'
import { Turnstile } from './turnstile.ts'

/** An address earns 50 messages a second, and may spend twice as many at once. */
const limits = { messagesPerSecond: 10, bytesPerSecond: 1_000, timesPerUser: 2, timesPerAddress: 5, timesPerKey: 5 }

function setUp() {
  const clock = createFakeClock()
  const log = { info() {}, warn() {}, error() {} }
  const turnstile = new Turnstile({ clock, allowances: new Allowances({ clock, limits, log }) })
  const passed: string[] = []
  const gone = new Set<string>()
  const come = (address: string | undefined, name: string) =>
    turnstile.pass(address, 10, { isGone: () => gone.has(name), run: () => passed.push(name) })
  const comeMany = (address: string, count: number) =>
    Array.from({ length: count }, (_, index) => come(address, `${address}-${index}`))
  return { clock, passed, gone, come, comeMany }
}

test('I7: an address gets in what it has earned, and the rest in its order as it earns more', () => {
  const { clock, passed, comeMany } = setUp()
  comeMany('a', 14)
  expect(passed).toHaveLength(10)
  // One more would have had the last message of the burst.
  clock.advance(20)
  expect(passed).toHaveLength(11)
  clock.advance(199)
  expect(passed).toHaveLength(11)
  clock.advance(1)
  expect(passed).toHaveLength(12)
  clock.advance(10_000)
  expect(passed).toEqual(Array.from({ length: 14 }, (_, index) => `a-${index}`))
})

test('I7: nobody else waits for it', () => {
  const { passed, come, comeMany } = setUp()
  comeMany('a', 100)
  come('b', 'other')
  come(undefined, 'unknown')
  expect(passed.slice(-2)).toEqual(['other', 'unknown'])
})

test('who has gone away costs nothing', () => {
  const { clock, passed, gone, comeMany } = setUp()
  comeMany('a', 100)
  for (let index = 10; index < 99; index++) gone.add(`a-${index}`)
  clock.advance(20)
  expect(passed.at(-1)).toBe('a-99')
})

test('I7: a thousand wait for one address, and what comes then is told so', () => {
  const { come, comeMany, clock } = setUp()
  expect(comeMany('a', 1_010).every(Boolean)).toBe(true)
  expect(come('a', 'one too many')).toBe(false)
  clock.advance(20)
  expect(come('a', 'there is room')).toBe(true)
})
