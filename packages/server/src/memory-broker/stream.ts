import {
  type AtPosition,
  type Checkpoint,
  type Delivery,
  type Entry,
  type HistoryBounds,
  type Publication,
  positionAfter,
  type ReadRange,
  type StreamView,
  startOf,
} from '@baro/core'
import { Deque } from '../collections/deque.ts'

interface Kept {
  readonly publication: Publication
  readonly position: AtPosition
  readonly bytes: number
  /** When it was appended, on the clock that never jumps. */
  readonly since: number
}

/** What a reader of a channel without a record sees: nothing yet, of the epoch it would begin with. */
export function absentView(epoch: string, after: number | undefined): StreamView {
  const view = { epoch, head: { offset: 0, check: '' }, floor: 0, publications: [] }
  return after === 0 ? { ...view, checkThere: '' } : view
}

/** One life of a channel: its epoch, its newest publications and the state folded so far. */
export class Stream {
  readonly epoch: string
  readonly #channel: string
  readonly #kept = new Deque<Kept>()
  #bytes = 0
  #ttlMs = 0
  #head: AtPosition
  // The position right before the oldest publication kept. Its check outlives the publication, so that a reader who
  // stands exactly there is still known to stand in this history (I4).
  #floor: AtPosition
  #usedAt: number
  #checkpoint: Checkpoint | undefined

  constructor(channel: string, epoch: string, elapsed: number) {
    this.#channel = channel
    this.epoch = epoch
    this.#head = this.#floor = startOf(epoch)
    this.#usedAt = elapsed
  }

  append(entry: Entry, bounds: HistoryBounds, elapsed: number): Delivery {
    const { type, payload, id, time, by } = entry
    const offset = this.#head.offset + 1
    const publication: Publication =
      by === undefined ? { type, payload, offset, id, time } : { type, payload, offset, id, time, by }
    const follows = this.#head
    const position = positionAfter(this.epoch, publication)
    const bytes = Buffer.byteLength(JSON.stringify(payload))
    this.#kept.push({ publication, position, bytes, since: elapsed })
    this.#bytes += bytes
    this.#ttlMs = bounds.ttlMs
    this.#head = position
    this.#usedAt = elapsed
    while (this.#kept.length > bounds.size || this.#bytes > bounds.bytes) this.#trimOldest()
    this.trimByAge(elapsed)
    return { channel: this.#channel, follows, position, publication }
  }

  read(range: ReadRange, elapsed: number): StreamView {
    this.#usedAt = elapsed
    this.trimByAge(elapsed)
    const view = {
      epoch: this.epoch,
      head: { offset: this.#head.offset, check: this.#head.check },
      floor: this.#floor.offset,
    }
    if (range.after === undefined) return { ...view, publications: this.#newest(range) }
    const publications = this.#following(range.after, range)
    const checkThere = this.#checkAt(range.after)
    return checkThere === undefined ? { ...view, publications } : { ...view, checkThere, publications }
  }

  /** The newest checkpoint. */
  readCheckpoint(elapsed: number): Checkpoint | undefined {
    this.#usedAt = elapsed
    return this.#checkpoint
  }

  writeCheckpoint(checkpoint: Checkpoint): void {
    const { epoch, offset, check } = checkpoint.position
    // Where history was rewritten or trimmed nobody could continue from it, and the kept one would be lost for nothing.
    if (epoch !== this.epoch || this.#checkAt(offset) !== check) return
    const kept = this.#checkpoint
    const replaces = !kept || kept.version !== checkpoint.version || kept.position.offset < offset
    if (replaces) this.#checkpoint = checkpoint
  }

  trimByAge(elapsed: number): void {
    for (let oldest = this.#kept.at(0); oldest && elapsed - oldest.since >= this.#ttlMs; oldest = this.#kept.at(0))
      this.#trimOldest()
  }

  /** Whether nobody read or appended for this long, and nothing is left of the history that was promised to be kept. */
  isIdle(elapsed: number, idleTtlMs: number): boolean {
    return this.#kept.length === 0 && elapsed - this.#usedAt >= idleTtlMs
  }

  #trimOldest(): void {
    const trimmed = this.#kept.shift()
    if (!trimmed) return
    this.#bytes -= trimmed.bytes
    this.#floor = trimmed.position
  }

  #checkAt(offset: number): string | undefined {
    if (offset === this.#floor.offset) return this.#floor.check
    return this.#kept.at(offset - this.#floor.offset - 1)?.position.check
  }

  #following(after: number, { limit, bytes }: ReadRange): readonly Publication[] {
    const found: Publication[] = []
    let room = bytes
    for (let index = Math.max(0, after - this.#floor.offset); found.length < limit; index++) {
      const kept = this.#kept.at(index)
      if (!kept || (kept.bytes > room && found.length > 0)) break
      found.push(kept.publication)
      room -= kept.bytes
    }
    return found
  }

  #newest({ upTo = this.#head.offset, limit, bytes }: ReadRange): readonly Publication[] {
    const found: Publication[] = []
    let room = bytes
    const newest = Math.min(upTo, this.#head.offset) - this.#floor.offset - 1
    for (let index = newest; index >= 0 && found.length < limit; index--) {
      const kept = this.#kept.at(index)
      if (!kept || (kept.bytes > room && found.length > 0)) break
      found.push(kept.publication)
      room -= kept.bytes
    }
    return found.reverse()
  }
}
