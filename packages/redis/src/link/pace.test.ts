import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'
import { Pace } from './pace.ts'

function setUp() {
  const clock = createFakeClock()
  const pace = new Pace(clock)
  const left: number[] = []
  let joined = 0
  /** Everything that joined before it leaves with it. */
  const depart = () => {
    left.push(joined)
    joined = 0
  }
  const join = (calls: number) => {
    for (let call = 0; call < calls; call++) {
      joined++
      pace.join(depart)
    }
  }
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
  return { clock, left, join, turn }
}

test('where there is little to do, each turn leaves by itself, and waits for nothing', async () => {
  const { clock, left, join, turn } = setUp()
  for (let index = 0; index < 20; index++) {
    join(2)
    await turn()
    clock.advance(5)
  }
  expect(left).toEqual(Array.from({ length: 20 }, () => 2))
  expect(clock.pending).toBe(0)
})

test('where there is much, what comes within two milliseconds leaves together', async () => {
  const { clock, left, join, turn } = setUp()
  join(10)
  await turn()
  for (let tenth = 0; tenth < 40; tenth++) {
    join(1)
    await turn()
    clock.advance(0.1)
  }
  expect(left).toEqual([10, 20, 20])
})

test('whoever has been busy waits for nothing again a moment later', async () => {
  const { clock, left, join, turn } = setUp()
  join(100)
  await turn()
  clock.advance(20)
  join(1)
  await turn()
  join(1)
  await turn()
  expect(left).toEqual([100, 1, 1])
})
