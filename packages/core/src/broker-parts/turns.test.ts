import { describe, expect, test } from 'vitest'
import type { Settlement } from '../ports/claim.ts'
import { Turns } from './turns.ts'

const answer: Settlement = { position: null }

/** Two turns are answered, the third has just been granted. */
function atWork(): Turns {
  const turns = atRest()
  turns.claim({ producer: 'tab-1', number: 3, confirmed: 0 })
  return turns
}

/** Two turns are answered. */
function atRest(): Turns {
  const turns = new Turns()
  for (const number of [1, 2]) {
    turns.claim({ producer: 'tab-1', number, confirmed: 0 })
    turns.settle(number, answer)
  }
  return turns
}

describe('turns of a producer', () => {
  // The result of a claim, for each number and for each `confirmed`.
  test.each([
    ['at rest', atRest, 0, ['out-of-turn', answer, answer, 'granted', 'out-of-turn', 'out-of-turn']],
    ['at rest', atRest, 1, ['out-of-turn', 'out-of-turn', answer, 'granted', 'out-of-turn', 'out-of-turn']],
    ['at rest', atRest, 9, ['out-of-turn', 'out-of-turn', 'out-of-turn', 'granted', 'out-of-turn', 'out-of-turn']],
    ['at work', atWork, 0, ['out-of-turn', answer, answer, 'pending', 'pending', 'out-of-turn']],
    ['at work', atWork, 2, ['out-of-turn', 'out-of-turn', 'out-of-turn', 'pending', 'pending', 'out-of-turn']],
    ['unused', () => new Turns(), 0, ['out-of-turn', 'granted', 'out-of-turn', 'out-of-turn', 'out-of-turn']],
  ])('I5: %s, with answers up to %3$i confirmed', (_, make, confirmed, told) => {
    const found = told.map((__, number) => make().claim({ producer: 'tab-1', number, confirmed }))
    expect(found).toEqual(told)
  })

  test.each([Number.NaN, 1.5, 2.5, Number.POSITIVE_INFINITY])('I5: %d is nobody’s turn', (number) => {
    for (const turns of [atRest(), atWork()])
      expect(turns.claim({ producer: 'tab-1', number, confirmed: 0 })).toBe('out-of-turn')
  })

  test('I5: only the turn at work is open, and only it is settled or given back', () => {
    const turns = atWork()
    expect([2, 3, 4].map((number) => turns.isOpen(number))).toEqual([false, true, false])
    for (const number of [2, 4]) {
      turns.release(number)
      turns.settle(number, { code: 'refused', message: 'Not this one.' })
    }
    expect([turns.isOpen(3), turns.answer(2), turns.answer(4)]).toEqual([true, answer, undefined])
    turns.release(3)
    expect([turns.isOpen(3), turns.answer(3), turns.isUnused]).toEqual([false, undefined, false])
  })

  test('I7: the weight counts the unconfirmed answers, and the turn at work', () => {
    const turns = atWork()
    expect(turns.weight).toBe(3)
    turns.settle(3, answer)
    expect(turns.weight).toBe(3)
    turns.claim({ producer: 'tab-1', number: 4, confirmed: 2 })
    expect(turns.weight).toBe(2)
    turns.release(4)
    expect(turns.weight).toBe(1)
  })

  test('a first turn that was given back leaves nothing behind', () => {
    const turns = new Turns()
    expect(turns.isUnused).toBe(true)
    turns.claim({ producer: 'tab-1', number: 1, confirmed: 0 })
    expect(turns.isUnused).toBe(false)
    turns.release(1)
    expect(turns.isUnused).toBe(true)
  })
})
