import { describe, expect, test } from 'vitest'
import { emptyBatch, placeAt, positionAt, publicationAt, sparseBatch } from '../../../test/sparse-batches.ts'
import { batchBody, rangeBody, resetBody, snapshotBody, stateBody } from './answer-bodies.ts'

const read = (body: Uint8Array | string) => JSON.parse(Buffer.from(body).toString())

describe('the answer to a poll', () => {
  test('I7: is the same bytes for all who poll, so that a thousand clients that do not read hold one answer', () => {
    const batch = sparseBatch()
    expect(batchBody(batch, false)).toBe(batchBody(batch, false))
    expect(batchBody(batch, true)).toBe(batchBody(batch, true))
  })

  test('I2: leads to where the batch leads, beyond its last publication', () => {
    const publications = [publicationAt(3), publicationAt(20)]
    expect(read(batchBody(sparseBatch(), false))).toEqual({ publications, position: placeAt(31) })
    expect(read(batchBody(sparseBatch(), true))).toEqual({ publications, position: placeAt(31), more: true })
  })

  test('I2: may move the position without a publication', () => {
    expect(read(batchBody(emptyBatch(), false))).toEqual({ publications: [], position: placeAt(40) })
  })

  test('begins with the publications, as PROTOCOL.md shows it', () => {
    expect(Buffer.from(batchBody(emptyBatch(), true)).toString()).toBe(
      `{"publications":[],"position":"${placeAt(40)}","more":true}`,
    )
    expect(rangeBody([], positionAt(40), false)).toBe(`{"publications":[],"position":"${placeAt(40)}"}`)
  })
})

describe('the answer with a value', () => {
  const snapshot = { position: positionAt(40), valueText: '["a"]' }

  test('is the snapshot at its position', () => {
    const body = snapshotBody(snapshot)
    expect(String(body)).toBe(`{"snapshot":["a"],"publications":[],"position":"${placeAt(40)}"}`)
    expect(snapshotBody(snapshot)).toBe(body)
    expect(String(stateBody(snapshot))).toBe('["a"]')
    expect(stateBody(snapshot)).toBe(stateBody(snapshot))
  })

  test('names the reason, if the position cannot be continued', () => {
    const reset = `{"reset":"trimmed","snapshot":["a"],"publications":[],"position":"${placeAt(40)}"}`
    expect(resetBody('trimmed', snapshot)).toBe(reset)
    expect(read(resetBody('none', { ...snapshot, valueText: undefined }))).toEqual({
      reset: 'none',
      publications: [],
      position: placeAt(40),
    })
  })
})
