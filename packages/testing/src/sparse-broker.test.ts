import { type AtPosition, formatPosition } from '@baro/core/protocol'
import { createMemoryBroker } from '@baro/server'
import { describe, expect, test } from 'vitest'
import { deliveryOf } from './broker-suite/stage.ts'
import { createSparseBroker } from './sparse-broker.ts'

const bounds = { size: 10_000, ttlMs: 60_000, bytes: 1 << 24 }
const entries = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ type: 'message', payload: null, id: `id-${index}`, time: 0 }))

async function offsetsOf(seed: number, count: number): Promise<readonly number[]> {
  const broker = createSparseBroker(createMemoryBroker(), seed)
  const { publications } = deliveryOf(await broker.append('room:1', entries(count), bounds))
  return publications.map(({ offset }) => offset)
}

describe('sparse broker', () => {
  test('offsets rise by 1 to 5, and by each of them', async () => {
    const offsets = await offsetsOf(1, 2_500)
    const steps = offsets.map((offset, index) => offset - (offsets[index - 1] ?? 0))
    expect([...new Set(steps)].sort()).toEqual([1, 2, 3, 4, 5])
  })

  test('a seed always leaves the same out, and another one others', async () => {
    expect(await offsetsOf(7, 100)).toEqual(await offsetsOf(7, 100))
    expect(await offsetsOf(7, 100)).not.toEqual(await offsetsOf(8, 100))
  })

  test('every offset up to the head is either that of a publication or a gap, and a read from it skips nothing', async () => {
    const broker = createSparseBroker(createMemoryBroker())
    const { position, publications } = deliveryOf(await broker.append('room:1', entries(100), bounds))
    const offsets = publications.map(({ offset }) => offset)
    for (let after = 1; after <= position.offset; after++) {
      const view = await broker.read('room:1', { after, limit: 1_000, bytes: 1 << 20 })
      expect(view.publications.map(({ offset }) => offset)).toEqual(offsets.filter((offset) => offset > after))
      expect(view.from).toEqual({ offset: after, check: offsets.includes(after) ? expect.stringMatching(/./) : '' })
    }
  })

  test('the answer of a claim holds a position of the sparse stream, whoever settled it', async () => {
    const broker = createSparseBroker(createMemoryBroker())
    const { position } = deliveryOf(await broker.append('room:1', entries(3), bounds))
    const answerAt = (at: AtPosition) => ({ position: formatPosition(at) })
    const byHand = { scope: 'user-1', id: 'by hand' }
    await broker.claim('room:1', byHand, { windowMs: 1_000, share: { of: 'application' } })
    expect(await broker.settle('room:1', byHand, answerAt(position))).toEqual(answerAt(position))
    expect(await broker.append('room:1', entries(1), bounds, { settle: byHand })).toEqual({
      outcome: 'claim-over',
      answer: answerAt(position),
    })
  })
})
