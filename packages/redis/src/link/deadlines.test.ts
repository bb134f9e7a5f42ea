import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'
import { Deadlines } from './deadlines.ts'

function setUp() {
  const clock = createFakeClock()
  const deadlines = new Deadlines(clock, 1_000)
  const over: string[] = []
  const add = (name: string) => deadlines.add(() => over.push(name))
  return { clock, deadlines, over, add }
}

test('what takes longer than the time is ended, and nothing before', () => {
  const { clock, over, add } = setUp()
  add('first')
  clock.advance(400)
  add('second')
  const answered = add('answered')
  clock.advance(599)
  expect(over).toEqual([])
  clock.advance(1)
  expect(over).toEqual(['first'])
  answered()
  clock.advance(399)
  expect(over).toEqual(['first'])
  clock.advance(1)
  expect([over, clock.pending]).toEqual([['first', 'second'], 0])
})

test('what came while the event loop stood still is read first, however long that was', () => {
  const { clock, over, add } = setUp()
  const answered = add('answered')
  clock.advance(990)
  clock.standStill(5_000)
  // The event loop looks at the sockets once it has run the timers that are due.
  clock.after(0, answered)
  clock.advance(10_000)
  expect(over).toEqual([])
})

test('what could not even be sent while it stood still has its time afterwards', () => {
  const { clock, over, add } = setUp()
  add('sent late')
  clock.standStill(5_000)
  clock.advance(700)
  expect(over).toEqual([])
  clock.advance(300)
  expect(over).toEqual(['sent late'])
})

test('closing ends what waits', () => {
  const { clock, deadlines, over, add } = setUp()
  add('first')
  add('second')
  deadlines.close()
  expect([over, clock.pending]).toEqual([['first', 'second'], 0])
})
