import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'
import type { SessionLink } from '../../ports/socket.ts'
import { FairTurns } from '../http/fair-turns.ts'
import { handInPace } from './hand-in-pace.ts'

const address = '10.0.0.1'
const texts = (count: number) => Array.from({ length: count }, (_, index) => ({ text: `${index}` }))

function setUp(count: number) {
  const fake = createFakeClock()
  const soon: (() => void)[] = []
  const clock = {
    ...fake,
    soon(run: () => void) {
      soon.push(run)
      return () => {}
    },
  }
  const turns = new FairTurns(clock, 20)
  const handed: string[] = []
  let waitMs = 0
  const session: SessionLink = { spend: () => waitMs, receive() {}, refuse() {}, drained() {}, closed() {} }
  const stop = handInPace({ clock, turns }, address, session, texts(count), {
    hand: ({ text }) => void handed.push(text),
    done: () => void handed.push('done'),
  })
  const nextTurn = () => {
    for (const run of soon.splice(0)) run()
  }
  const mustWait = (ms: number) => {
    waitMs = ms
  }
  return { clock: fake, turns, handed, nextTurn, mustWait, stop }
}

test('I7: a body hands over no more in one turn than its address may begin, and others go on', () => {
  const { clock, turns, handed, nextTurn } = setUp(20)
  turns.begin('10.0.0.2', () => handed.push('other'))
  expect(handed).toEqual([...texts(8).map(({ text }) => text), 'other'])
  nextTurn()
  clock.advance(4)
  nextTurn()
  clock.advance(4)
  expect(handed.filter((text) => text !== 'other')).toEqual([...texts(20).map(({ text }) => text), 'done'])
})

test('I7: what is above the allowance waits for it, also when its turn has come', () => {
  const { clock, handed, nextTurn, mustWait } = setUp(20)
  mustWait(500)
  nextTurn()
  const had = handed.length
  nextTurn()
  expect(handed).toHaveLength(had)
  mustWait(0)
  clock.advance(500)
  nextTurn()
  expect(handed.length).toBeGreaterThan(had)
})

test('nothing is handed over after it was stopped', () => {
  const { handed, nextTurn, stop } = setUp(20)
  stop()
  nextTurn()
  expect(handed).toHaveLength(8)
})
