import type { Publication } from '@baro/core'
import { positionAfter, startOf } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { Batch, firstOf, positionIn } from './batch.ts'

const publicationAt = (offset: number): Publication => ({
  type: 'message',
  payload: offset,
  offset,
  id: `id${offset}`,
  time: 0,
})
const after = (offset: number) => positionAfter('epoch', publicationAt(offset))
const start = startOf('epoch')
const sparse = [publicationAt(3), publicationAt(7), publicationAt(20)]
const batch = new Batch('room:1', start, after(31), sparse)

describe('a batch with gaps that leads beyond its last publication', () => {
  test('I2: leads a reader to the position after each publication, and at the end to its own position', () => {
    expect(sparse.map((publication) => positionIn(batch, publication))).toEqual([after(3), after(7), after(31)])
  })

  test.each([1, 2])('I2: cut after %i, ends right after what is left', (limit) => {
    const cut = firstOf(batch, limit)
    expect(cut).toMatchObject({ channel: 'room:1', follows: start, publications: sparse.slice(0, limit) })
    expect(cut.position).toEqual(after(sparse[limit - 1]?.offset ?? 0))
  })

  test.each([3, 4])('is the same where up to %i are asked for', (limit) => {
    expect(firstOf(batch, limit)).toBe(batch)
  })
})

test.each([
  ['with publications', new Batch('room:1', start, after(3), [publicationAt(3)]), true],
  ['that moves a position alone', new Batch('room:1', after(3), after(9), []), true],
  ['that brings nothing', new Batch('room:1', after(3), after(3), []), false],
  ['of nothing from the start', new Batch('room:1', start, startOf('epoch'), []), false],
])('a batch %s leads on: %#', (_, one, leadsOn) => {
  expect(one.leadsOn).toBe(leadsOn)
})
