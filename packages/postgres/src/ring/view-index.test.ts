/** Whom a change is for: every view that it concerns, and few others. */
import { describe, expect, test } from 'vitest'
import type { Comparing, Condition } from '../filter/condition.ts'
import { matcher } from '../filter/matches.ts'
import { ViewIndex } from './view-index.ts'

const kinds: ReadonlyMap<string, Comparing> = new Map([
  ['price', 'numeric'],
  ['team', 'text'],
])
const is = (column: string, operator: Condition['operator'], value: string): Condition => ({
  ...{ column, operator, values: [value] },
})

/** The same numbers each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

describe('the views that a change may be for', () => {
  test('hold every view whose filter the row meets, as views come and go', () => {
    const next = numbers(7)
    const index = new ViewIndex<readonly Condition[]>(kinds)
    const views = new Set<readonly Condition[]>()
    const operators = ['lt', 'lte', 'gt', 'gte', 'eq'] as const
    for (let step = 0; step < 2_000; step++) {
      const kind = next(10)
      if (kind < 6) {
        const [low, high] = [next(100), next(100)]
        const made =
          kind < 2
            ? [is('price', 'gte', `${low}`), is('price', 'lt', `${high}.5`)]
            : kind < 5
              ? [is('price', operators[next(operators.length)] ?? 'lt', `${low}`)]
              : [is('team', 'is', 'null'), is('price', 'gt', `${low}`)]
        views.add(made)
        index.add(made, made)
      } else if (kind < 8) {
        const [gone] = [...views].slice(next(Math.max(views.size, 1)))
        if (!gone) continue
        views.delete(gone)
        index.remove(gone, gone)
      }
      const row = { price: `${next(100)}.${next(10)}`, team: next(2) ? null : 'red' }
      const found = index.candidates([row])
      const wanted = [...views].filter((view) => matcher(kinds, view)(row))
      expect(wanted.filter((view) => !found.has(view))).toEqual([])
      expect([...found].filter((view) => !views.has(view))).toEqual([])
    }
  })

  test('are few, whatever the number of ranges', () => {
    const index = new ViewIndex<number>(kinds)
    for (let at = 0; at < 10_000; at++) index.add(at, [is('price', 'gte', `${at}`), is('price', 'lt', `${at + 1}`)])
    expect([...index.candidates([{ price: '5000.5' }])]).toEqual([5_000])
    expect([...index.candidates([{ price: null }])]).toEqual([])
  })

  test('are all that are filed under a column whose value cannot be read: each finds that out', () => {
    const index = new ViewIndex<string>(kinds)
    index.add('cheap', [is('price', 'lt', '10')])
    expect([...index.candidates([{ price: 'a word' }])]).toEqual(['cheap'])
  })

  test('I12: are all that are filed under a column that a row lacks, since nobody knows which of them it is in', () => {
    const index = new ViewIndex<string>(kinds)
    index.add('cheap', [is('price', 'lt', '10')])
    index.add('free', [is('price', 'eq', '0')])
    index.add('red', [is('team', 'eq', 'red')])
    expect([...index.candidates([undefined, { team: 'blue' }])]).toEqual(['free', 'cheap'])
    expect([...index.candidates([undefined, undefined])]).toEqual([])
  })

  test.each(['eq', 'lt', 'is', 'isnot', 'isdistinct', 'notin', 'like'] as const)(
    'I12: a row that lacks the column of "%s" is neither in the filter nor outside',
    (operator) => {
      const match = matcher(kinds, [is('team', operator, 'null')])
      expect(() => match({ price: '1' })).toThrow('it has no column "team"')
    },
  )
})
