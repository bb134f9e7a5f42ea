/** Batches of a stream whose offsets have gaps. */

import type { Publication } from '@baro/core'
import { formatPosition, positionAfter } from '@baro/core/protocol'
import { Batch } from '../src/delivery/batch.ts'

/** A publication with this offset. */
export const publicationAt = (offset: number, payload: Publication['payload'] = `at ${offset}`): Publication => ({
  type: 'message',
  payload,
  offset,
  id: `id${offset}`,
  time: 5,
})

/** The position right after it. */
export const positionAt = (offset: number) => positionAfter('epoch', publicationAt(offset))

/** The text of that position. */
export const placeAt = (offset: number): string => formatPosition(positionAt(offset))

/** A batch that follows offset 2, and leads beyond its last publication. */
export const sparseBatch = () =>
  new Batch('room:1', positionAt(2), positionAt(31), [publicationAt(3), publicationAt(20)])

/** A batch that moves the position and has no publications. */
export const emptyBatch = () => new Batch('room:1', positionAt(31), positionAt(40), [])

/** A batch that does not move the position: at the head. */
export const stillBatch = () => new Batch('room:1', positionAt(40), positionAt(40), [])
