import { expect, test } from 'vitest'
import type { Person, Spoken } from './person.ts'
import { type Kept, verdict } from './verdict.ts'

const truth = { count: 2, last: { p01: 2 }, newest: ['p01 1', 'p01 2'] }
const kept: readonly Kept[] = [
  { by: 'p01', n: 1 },
  { by: 'p01', n: 2 },
]

function person(outcomes: readonly Spoken['outcome'][], more: Partial<Person> = {}): Person {
  const spoken = outcomes.map((outcome, index) => ({ n: index + 1, outcome }))
  const still = { isLive: true, speak: () => {}, leave: () => {} }
  return {
    name: 'p01',
    rung: 'poll',
    isMember: true,
    status: 'live',
    spoken,
    complaints: [],
    shown: truth,
    ...still,
    ...more,
  }
}

const both = ['kept', 'kept'] as const

test('a verdict has nothing against a storm after which all is as it should be', () => {
  expect(verdict(kept, truth, [person(both)])).toEqual([])
  expect(verdict(kept, truth, [person(['kept', 'unknown', 'unknown'])])).toEqual([])
})

test.each<readonly [string, readonly Kept[], Person, string]>([
  ['is lost', kept.slice(0, 1), person(both), '2 was acknowledged, and stands 0 times'],
  ['stands there twice', [...kept, { by: 'p01', n: 2 }], person(both), '2 was acknowledged, and stands 2 times'],
  ['is out of order', kept.toReversed(), person(both), '1 stands behind 2'],
  [
    'was refused, and stands there',
    kept,
    person(['kept', 'refused expired']),
    '2 was refused expired, and stands there',
  ],
  ['never had an answer', kept, person(['kept', 'pending']), '2 never had an answer'],
  ['is not shown', kept, person(both, { shown: { ...truth, count: 1 } }), 'p01 (poll, live) shows'],
  ['is the newest, and was not heard', kept, person(both, { shown: { newest: ['p01 1'] } }), 'p01 (poll, live) shows'],
])('a verdict says what %s', (_, found, one, said) => {
  expect(verdict(found, truth, [one]).join()).toContain(said)
})
