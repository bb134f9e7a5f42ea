import { describe, expect, it } from 'vitest'
import { at } from '../test/chat.ts'
import { distance, offsetOf } from './distance.ts'

describe('the distance of two positions', () => {
  it.each<[string, string | undefined, string, number | undefined]>([
    ['the same', at(7), at(7), 0],
    ['newer', at(7), at(10), 3],
    ['older', at(7), at(0), -7],
    ['of another epoch', at(7), at(8, 'epoch2'), undefined],
    ['of rewritten history: the same offset, another check', at(7), '1a.epoch1.7.000008', undefined],
    ['none', at(7), 'none', undefined],
    ['from none', 'none', at(7), undefined],
    ['from nowhere', undefined, at(7), undefined],
    ['garbage', 'garbage', 'garbage', undefined],
  ])('%s', (_, from, to, expected) => {
    expect(distance(from, to)).toBe(expected)
  })
})

it('a position has the offset it says, and others have none', () => {
  expect(offsetOf(at(41))).toBe(41)
  expect(offsetOf(at(0))).toBe(0)
  for (const none of ['none', '', 'garbage', '1q.db.3.4.', undefined]) expect(offsetOf(none)).toBeUndefined()
})
