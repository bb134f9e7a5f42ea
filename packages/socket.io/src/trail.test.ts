import type { AtPosition } from '@baro/core/protocol'
import { expect, test } from 'vitest'
import { type Step, startMark, Trail } from './trail.ts'

const at = (offset: number): AtPosition => ({ kind: 'at', epoch: 'e', offset, check: `${offset}` })
const step = (channel: string, offset: number): Step => ({ channel, position: at(offset), mark: `${channel}${offset}` })

/** Where a client stands that gives back a mark, as offsets. */
function offsets(trail: Trail, mark: string | undefined): Readonly<Record<string, number>> | undefined {
  const found = trail.at(mark)
  return found && Object.fromEntries([...found.positions].map(([channel, { offset }]) => [channel, offset]))
}

function twoRooms(): Trail {
  const trail = new Trail()
  trail.joined('a', at(10))
  trail.sent(step('a', 11))
  trail.joined('b', at(20))
  trail.sent(step('b', 21))
  trail.sent(step('a', 12))
  return trail
}

test('a mark says what was got in all channels, not only in its own', () => {
  const trail = twoRooms()
  expect(offsets(trail, 'a12')).toEqual({ a: 12, b: 21 })
  expect(offsets(trail, 'b21')).toEqual({ a: 11, b: 21 })
})

test('who joined after the mark gets everything since it joined', () => {
  expect(offsets(twoRooms(), 'a11')).toEqual({ a: 11, b: 20 })
})

test.each([undefined, startMark])('who got no message stands where it joined: %s', (mark) => {
  expect(offsets(twoRooms(), mark)).toEqual({ a: 10, b: 20 })
})

test('a mark that was never sent says nothing', () => {
  expect(offsets(twoRooms(), 'a13')).toBeUndefined()
  expect(offsets(twoRooms(), '')).toBeUndefined()
})

test('who left and joined again gets nothing from the time in between', () => {
  const trail = twoRooms()
  trail.left('a')
  expect(offsets(trail, 'a12')).toEqual({ b: 21 })
  trail.joined('a', at(15))
  expect(offsets(trail, 'a12')).toEqual({ a: 15, b: 21 })
  expect(offsets(trail, 'a11')).toEqual({ a: 15, b: 20 })
})

test('what was received is forgotten, except the step whose mark may be given back', () => {
  const trail = twoRooms()
  trail.received(2)
  expect(offsets(trail, 'a11')).toBeUndefined()
  expect(offsets(trail, undefined)).toBeUndefined()
  expect(offsets(trail, 'b21')).toEqual({ a: 11, b: 21 })
  expect(offsets(trail, 'a12')).toEqual({ a: 12, b: 21 })
})

test('a trail that was kept as JSON is the same', () => {
  const trail = twoRooms()
  trail.received(2)
  const kept = Trail.from(JSON.parse(JSON.stringify(trail.kept())))
  for (const mark of ['a11', 'b21', 'a12', undefined]) expect(offsets(kept, mark)).toEqual(offsets(trail, mark))
})

test('a client that has come back may be cut off before it gets anything', () => {
  const found = twoRooms().at('b21')
  const trail = Trail.continuing(found?.positions ?? new Map(), found?.last)
  expect(offsets(trail, 'b21')).toEqual({ a: 11, b: 21 })
  expect(offsets(trail, undefined)).toBeUndefined()
  const start = twoRooms().at(undefined)
  expect(offsets(Trail.continuing(start?.positions ?? new Map(), start?.last), undefined)).toEqual({ a: 10, b: 20 })
})

test('I7: a trail is bounded, and what it forgets is not guessed', () => {
  const trail = new Trail()
  trail.joined('a', at(0))
  for (let offset = 1; offset <= 2_000; offset++) trail.sent(step('a', offset))
  expect(trail.kept().steps.length).toBeLessThanOrEqual(1_000)
  expect(offsets(trail, 'a1')).toBeUndefined()
  expect(offsets(trail, 'a1900')).toEqual({ a: 1_900 })
})
