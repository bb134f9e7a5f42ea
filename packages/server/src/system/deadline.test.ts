import { deadlineIn } from '@baro/core/broker'
import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'

test('a deadline comes when its time is over, and not where it is cancelled', () => {
  const clock = createFakeClock()
  const over: number[] = []
  deadlineIn(clock, 1_000, () => over.push(clock.elapsed()))
  const cancel = deadlineIn(clock, 1_000, () => over.push(-1))
  clock.advance(999)
  expect(over).toEqual([])
  cancel()
  clock.advance(1)
  expect([over, clock.pending]).toEqual([[1_000], 0])
})

test('a stand-still takes no more than one of its four steps, however long it is', () => {
  const clock = createFakeClock()
  const over: number[] = []
  deadlineIn(clock, 1_000, () => over.push(clock.elapsed()))
  clock.advance(10)
  clock.standStill(60_000)
  clock.advance(749)
  expect(over).toEqual([])
  clock.advance(1)
  expect(over).toEqual([60_760])
})

test('what came while the event loop stood still is read before it', () => {
  const clock = createFakeClock()
  const order: string[] = []
  deadlineIn(clock, 1_000, () => order.push('over'))
  clock.advance(990)
  clock.standStill(60_000)
  // The event loop looks at the sockets once it has run the timers that are due.
  clock.after(0, () => order.push('read'))
  clock.advance(0)
  expect(order).toEqual(['read', 'over'])
})
