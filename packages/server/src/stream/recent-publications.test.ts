import type { Publication } from '@baro/core'
import { positionAfter, redactedType, startOf } from '@baro/core/protocol'
import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'
import { RecentPublications } from './recent-publications.ts'

const start = startOf('life')
const publication = (offset: number, type = 'said', payload: Publication['payload'] = offset): Publication => ({
  ...{ type, payload, offset, id: `id-${offset}`, time: 1 },
})
const after = (offset: number) => positionAfter('life', publication(offset))

function setUp(history = { size: 100, bytes: 10_000 }) {
  const clock = createFakeClock()
  const recent = new RecentPublications(clock, { catchUpPublications: 500, catchUpBytes: 10_000 }, history)
  let to = start
  const begin = (from = start) => {
    to = from
    recent.begin(from)
  }
  const push = (...publications: readonly Publication[]) => {
    const follows = to
    to = positionAfter('life', publications.at(-1) ?? publication(0))
    recent.push(follows, { publications, position: to })
  }
  const offsets = (position = start) => recent.after(position, to)?.map(({ offset }) => offset)
  return { clock, recent, begin, push, offsets }
}

test('a position in it is told what follows; another one is not known', () => {
  const { begin, push, offsets } = setUp()
  begin()
  push(publication(1), publication(3))
  push(publication(7))
  expect([offsets(), offsets(after(1)), offsets(after(3))]).toEqual([[1, 3, 7], [3, 7], [7]])
  expect(offsets(after(2))).toBeUndefined()
  expect(offsets({ ...after(3), check: 'other' })).toBeUndefined()
  expect(offsets({ ...after(3), epoch: 'other' })).toBeUndefined()
})

test('what is taken back is handed to nobody from here', () => {
  const { begin, push, offsets } = setUp()
  begin()
  push(publication(1))
  push(publication(2, redactedType, { id: 'id-1', offset: 1 }))
  expect(offsets()).toBeUndefined()
})

test('it reaches back to where a view begins that leads into it', () => {
  const { begin, push, offsets, recent } = setUp()
  begin(after(2))
  push(publication(3))
  const view = { epoch: 'life', head: after(3), floor: 0, publications: [publication(1), publication(2)] }
  recent.reachBack(start, { ...view, upTo: after(2) }, after(3))
  expect(offsets()).toEqual([1, 2, 3])
  recent.reachBack(start, { ...view, publications: [publication(1)], upTo: after(1) }, after(3))
  expect(offsets()).toEqual([1, 2, 3])
})

test('I7: it is let go five to ten seconds after nobody asks, and when it is more than history keeps', () => {
  const { clock, begin, push, offsets } = setUp({ size: 2, bytes: 10_000 })
  begin()
  push(publication(1), publication(2))
  clock.advance(4_900)
  expect(offsets()).toEqual([1, 2])
  clock.advance(5_000)
  expect(offsets()).toEqual([1, 2])
  clock.advance(10_100)
  expect([offsets(), clock.pending]).toEqual([undefined, 0])
  begin()
  push(publication(1), publication(2), publication(3))
  expect([offsets(), clock.pending]).toEqual([undefined, 0])
})

test('I2: what does not follow is not put behind it, and what was handed out does not grow with it', () => {
  const { begin, push, offsets, recent } = setUp()
  begin()
  push(publication(1))
  const handedOut = recent.after(start, after(1))
  push(publication(2))
  expect(handedOut?.map(({ offset }) => offset)).toEqual([1])
  expect(recent.after(start, after(1))).toBeUndefined()
  expect(offsets()).toEqual([1, 2])
  recent.push(after(1), { publications: [publication(3)], position: after(3) })
  expect(offsets()).toBeUndefined()
})
