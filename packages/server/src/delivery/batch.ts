import { type AtPosition, comparePositions, type Position, type Publication, positionAfter } from '@baro/core'

/**
 * A piece of one channel on its way to readers: the position it follows, the one it leads to, and the publications in
 * between. There may be none, their offsets may have gaps, and the position may lie beyond the last of them.
 */
export class Batch {
  readonly channel: string
  /** Of any kind: what answers a database snapshot follows that. */
  readonly follows: Position
  readonly position: AtPosition
  readonly publications: readonly Publication[]

  constructor(channel: string, follows: Position, position: AtPosition, publications: readonly Publication[]) {
    this.channel = channel
    this.follows = follows
    this.position = position
    this.publications = publications
  }

  get isEmpty(): boolean {
    return this.publications.length === 0
  }

  /** Whether it leads anywhere: without publications it may still move a reader. */
  get leadsOn(): boolean {
    return !this.isEmpty || comparePositions(this.follows, this.position) !== 'same'
  }
}

/** The batch up to its publication number `limit`; what is cut off is asked for from the position of the last one. */
export function firstOf(batch: Batch, limit: number): Batch {
  if (batch.publications.length <= limit) return batch
  const publications = batch.publications.slice(0, limit)
  const last = publications.at(-1)
  return last ? new Batch(batch.channel, batch.follows, positionAfter(batch.position.epoch, last), publications) : batch
}

/** The position right after one publication of a batch: after the last one, that of the batch itself (I2). */
export function positionIn(batch: Batch, publication: Publication): AtPosition {
  const isLast = publication === batch.publications.at(-1)
  return isLast ? batch.position : positionAfter(batch.position.epoch, publication)
}
