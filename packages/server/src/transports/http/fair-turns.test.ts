import { createFakeClock } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { FairTurns } from './fair-turns.ts'

function setUp() {
  const clock = createFakeClock()
  const turns = new FairTurns(clock)
  const begun: string[] = []
  const ask = (address: string, count: number, from = 0) => {
    for (let index = from; index < from + count; index++) turns.begin(address, () => begun.push(`${address}${index}`))
  }
  return { clock, turns, begun, ask }
}

const asked = (address: string, count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `${address}${from + index}`)

describe('in one turn of the event loop', () => {
  test('I7: an address that asks for much gets a little of it, and another one does not wait', () => {
    const { ask, begun, clock } = setUp()
    ask('a', 20)
    ask('b', 2)
    expect(begun).toEqual([...asked('a', 8), ...asked('b', 2)])
    clock.advanceToNext()
    expect(begun.slice(10)).toEqual(asked('a', 8, 8))
    clock.advanceToNext()
    expect(begun.slice(18)).toEqual(asked('a', 4, 16))
  })

  test('what comes later waits behind what waits already', () => {
    const { ask, begun, clock } = setUp()
    ask('a', 10)
    clock.advanceToNext()
    ask('a', 20, 10)
    expect(begun).toEqual(asked('a', 16))
    clock.advance(0)
    expect(begun).toEqual(asked('a', 30))
  })

  test('what a request begins itself counts too', () => {
    const { turns, begun, clock } = setUp()
    const again = () => {
      begun.push('a')
      if (begun.length < 20) turns.begin('a', again)
    }
    turns.begin('a', again)
    expect(begun).toHaveLength(8)
    clock.advance(0)
    expect(begun).toHaveLength(20)
  })
})

test('nothing is remembered, and no timer is set, when all is quiet', () => {
  const { ask, clock } = setUp()
  ask('a', 3)
  clock.advance(0)
  expect(clock.pending).toBe(0)
})
