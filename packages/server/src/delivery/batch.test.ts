import { positionAfter, startOf } from '@baro/core'
import { expect, test } from 'vitest'
import { Batch } from './batch.ts'

test('I7: whoever polls it is given the same bytes, so that a thousand who do not read keep one answer waiting', () => {
  const start = startOf('epoch')
  const publication = { type: 'message', payload: 'a', offset: 1, id: 'id1', time: 0 }
  const batch = new Batch('room:1', start, positionAfter('epoch', publication), [publication])
  expect(batch.openBytes).toBe(batch.openBytes)
  expect(batch.closedBytes).toBe(batch.closedBytes)
  const open = JSON.parse(Buffer.from(batch.openBytes).toString())
  expect(open.publications).toEqual([publication])
  expect(JSON.parse(Buffer.from(batch.closedBytes).toString())).toEqual({ ...open, more: true })
})
