import {
  type Appended,
  type AppendOptions,
  type AtPosition,
  type Checkpoint,
  type Delivery,
  type Entry,
  type HistoryBounds,
  type Place,
  type ProposedCheckpoint,
  type Publication,
  positionAfter,
  type ReadRange,
  type StreamView,
  startOf,
} from '@baro/core'
import { Deque } from '../collections/deque.ts'

interface Kept {
  publication: Publication
  readonly position: AtPosition
  bytes: number
  /** When it was appended, on the clock that never jumps. */
  readonly since: number
}

/** Kept beyond the bounds at most, behind a checkpoint that is due: the bound once more, and at least this. */
const slack = { publications: 100, bytes: 1 << 16 }

const start: Place = { offset: 0, check: '' }

/** What a reader of a channel without a record sees: nothing yet, of the epoch it would begin with. */
export function absentView(epoch: string, range: ReadRange): StreamView {
  const view = { epoch, head: start, floor: 0, publications: [], upTo: start }
  return 'after' in range && range.after > 0 ? view : { ...view, from: start }
}

/** One life of a channel: its epoch, its newest publications and the state folded so far. */
export class Stream {
  readonly epoch: string
  readonly #channel: string
  readonly #kept = new Deque<Kept>()
  #bytes = 0
  #bounds: HistoryBounds = { size: 0, ttlMs: 0, bytes: 0 }
  #cursor: number | undefined
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

  append(
    entries: readonly Entry[],
    bounds: HistoryBounds,
    elapsed: number,
    { cursor, checkpoint }: AppendOptions = {},
  ): Appended {
    if (cursor !== undefined) {
      if (this.#cursor !== undefined && this.#cursor >= cursor) return { outcome: 'fed-already', cursor: this.#cursor }
      this.#cursor = cursor
    }
    const follows = this.#head
    const publications = entries.map((entry) => this.#push(entry, elapsed))
    this.#bounds = bounds
    this.#usedAt = elapsed
    const isKept = checkpoint !== undefined && this.#takeProposed(checkpoint, follows)
    this.trim(elapsed)
    return {
      outcome: 'appended',
      delivery: { channel: this.#channel, follows, position: this.#head, publications },
      wantsCheckpoint: checkpoint !== undefined && !isKept,
    }
  }

  redact(
    offset: number,
    { type, payload }: Pick<Publication, 'type' | 'payload'>,
    entry: Entry,
    bounds: HistoryBounds,
    elapsed: number,
  ): Delivery | undefined {
    const kept = this.#kept.at(this.#indexOf(offset))
    if (!kept) return undefined
    const { id, time } = kept.publication
    this.#bytes -= kept.bytes
    kept.publication = { type, payload, offset, id, time }
    kept.bytes = bytesOf(payload)
    this.#bytes += kept.bytes
    const appended = this.append([entry], bounds, elapsed)
    return appended.outcome === 'appended' ? appended.delivery : undefined
  }

  read(range: ReadRange, elapsed: number): StreamView {
    this.#usedAt = elapsed
    this.trim(elapsed)
    const { epoch } = this
    const view = { epoch, head: placeOf(this.#head), floor: this.#floor.offset }
    const [first, end] = 'after' in range ? this.#following(range.after, range) : this.#newest(range)
    const publications: Publication[] = []
    for (let index = first; index < end; index++) {
      const kept = this.#kept.at(index)
      if (kept) publications.push(kept.publication)
    }
    const begin = 'after' in range ? this.#placeAt(range.after) : this.#before(first)
    const upTo = end > first ? this.#before(end) : (begin ?? view.head)
    return { ...view, ...(begin && { from: begin }), publications, upTo }
  }

  get head(): AtPosition {
    return this.#head
  }

  /** The newest checkpoint. */
  readCheckpoint(elapsed: number): Checkpoint | undefined {
    this.#usedAt = elapsed
    return this.#checkpoint
  }

  writeCheckpoint(checkpoint: Checkpoint): void {
    const { epoch, offset, check } = checkpoint.position
    // Where history was rewritten or trimmed nobody could continue from it, and the kept one would be lost for nothing.
    if (epoch !== this.epoch || this.#placeAt(offset)?.check !== check) return
    const kept = this.#checkpoint
    const replaces = !kept || kept.version !== checkpoint.version || kept.position.offset < offset
    if (replaces) this.#checkpoint = checkpoint
  }

  /** Lets go of what is beyond the bounds; what a state still needs is kept a little longer. */
  trim(elapsed: number): void {
    const { size, bytes, ttlMs } = this.#bounds
    for (let oldest = this.#kept.at(0); oldest; oldest = this.#kept.at(0)) {
      const isOver = this.#kept.length > size || this.#bytes > bytes || elapsed - oldest.since >= ttlMs
      if (!isOver || (this.#isNeeded(oldest) && !this.#isFarOver())) return
      this.#kept.shift()
      this.#bytes -= oldest.bytes
      this.#floor = oldest.position
    }
  }

  /** Whether nobody read or appended for this long, and the history that was promised to be kept is over. */
  isIdle(elapsed: number, idleTtlMs: number): boolean {
    const newest = this.#kept.at(this.#kept.length - 1)
    return (!newest || elapsed - newest.since >= this.#bounds.ttlMs) && elapsed - this.#usedAt >= idleTtlMs
  }

  #push({ type, payload, id, time, by }: Entry, since: number): Publication {
    const offset = this.#head.offset + 1
    const publication: Publication =
      by === undefined ? { type, payload, offset, id, time } : { type, payload, offset, id, time, by }
    const position = positionAfter(this.epoch, publication)
    const bytes = bytesOf(payload)
    this.#kept.push({ publication, position, bytes, since })
    this.#bytes += bytes
    this.#head = position
    return publication
  }

  #takeProposed({ follows, offset, version, state }: ProposedCheckpoint, before: AtPosition): boolean {
    const fits =
      follows.epoch === this.epoch &&
      follows.offset === before.offset &&
      follows.check === before.check &&
      offset === this.#head.offset
    if (fits) this.#checkpoint = { position: this.#head, version, state }
    return fits
  }

  #isNeeded({ position }: Kept): boolean {
    return this.#checkpoint !== undefined && position.offset > this.#checkpoint.position.offset
  }

  #isFarOver(): boolean {
    const { size, bytes } = this.#bounds
    return (
      this.#kept.length > size + Math.max(size, slack.publications) ||
      this.#bytes > bytes + Math.max(bytes, slack.bytes)
    )
  }

  #indexOf(offset: number): number {
    return offset - this.#floor.offset - 1
  }

  /** The place right before the kept publication of this index. */
  #before(index: number): Place {
    return placeOf(this.#kept.at(index - 1)?.position ?? this.#floor)
  }

  #placeAt(offset: number): Place | undefined {
    if (offset < this.#floor.offset || offset > this.#head.offset) return undefined
    return this.#before(this.#indexOf(offset) + 1)
  }

  /** The indices, from and to, of what follows an offset. */
  #following(after: number, { limit, bytes }: ReadRange): readonly [number, number] {
    const first = Math.min(Math.max(0, this.#indexOf(after + 1)), this.#kept.length)
    let [end, room] = [first, bytes]
    for (; end - first < limit; end++) {
      const kept = this.#kept.at(end)
      if (!kept || (kept.bytes > room && end > first)) break
      room -= kept.bytes
    }
    return [first, end]
  }

  /** The indices, from and to, of the newest. */
  #newest({
    until = this.#head.offset,
    limit,
    bytes,
  }: Extract<ReadRange, { until?: number }>): readonly [number, number] {
    const end = Math.max(0, this.#indexOf(Math.min(until, this.#head.offset)) + 1)
    let [first, room] = [end, bytes]
    for (; end - first < limit; first--) {
      const kept = this.#kept.at(first - 1)
      if (!kept || (kept.bytes > room && first < end)) break
      room -= kept.bytes
    }
    return [first, end]
  }
}

function placeOf({ offset, check }: Place): Place {
  return { offset, check }
}

function bytesOf(payload: Publication['payload']): number {
  return Buffer.byteLength(JSON.stringify(payload))
}
