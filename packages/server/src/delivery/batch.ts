import type { Publication } from '@baro/core'
import { type AtPosition, comparePositions, type Position, positionAfter } from '@baro/core/protocol'
import { Keeping } from './made-once.ts'

/**
 * A piece of one channel on its way to readers: the position that it follows, the one that it leads to, and the
 * publications in between. There may be none, their offsets may have gaps, and the position may lie beyond the last
 * one.
 */
export class Batch extends Keeping {
  readonly channel: string
  /** Of any kind: what answers a database snapshot follows that. */
  readonly follows: Position
  readonly position: AtPosition
  readonly publications: readonly Publication[]

  constructor(channel: string, follows: Position, position: AtPosition, publications: readonly Publication[]) {
    super()
    this.channel = channel
    this.follows = follows
    this.position = position
    this.publications = publications
  }

  get isEmpty(): boolean {
    return this.publications.length === 0
  }

  /** Whether it moves a reader: it has publications, or only its position moves. */
  get leadsOn(): boolean {
    return !this.isEmpty || comparePositions(this.follows, this.position) !== 'same'
  }
}

/** The first `limit` publications of a batch. A reader asks for the rest from the position of the new batch. */
export function firstOf(batch: Batch, limit: number): Batch {
  if (batch.publications.length <= limit) return batch
  const publications = batch.publications.slice(0, limit)
  const last = publications.at(-1)
  return last ? new Batch(batch.channel, batch.follows, positionAfter(batch.position.epoch, last), publications) : batch
}

/** The position right after one publication of a batch. After the last one it is the position of the batch (I2). */
export function positionIn(batch: Batch, publication: Publication): AtPosition {
  const isLast = publication === batch.publications.at(-1)
  return isLast ? batch.position : positionAfter(batch.position.epoch, publication)
}
