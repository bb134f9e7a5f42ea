import type { Publication } from '@baro/core'
import type {
  Appended,
  AppendOptions,
  Checkpoint,
  Delivery,
  Entry,
  HistoryBounds,
  ProposedCheckpoint,
  ReadRange,
  StreamView,
} from '@baro/core/broker'
import { Deque, isFarOver, isUnfolded, otherVersionStaysMs } from '@baro/core/broker'
import { type AtPosition, checkOf, type Place, positionAfter, startOf } from '@baro/core/protocol'
import { footprintOf, StateFootprint } from './footprint.ts'
import { jsonBytes } from './json-bytes.ts'

interface Kept {
  publication: Publication
  bytes: number
  /** About what it takes in memory. */
  footprint: number
  /** When it was appended, in whole milliseconds of the clock that never jumps: a fraction takes an object of its own. */
  readonly since: number
}

/** The state of another version, while nodes of two write. */
interface OtherState {
  readonly checkpoint: Checkpoint
  readonly footprint: number
  /** When its place was taken. */
  readonly since: number
}

type Content = Pick<Publication, 'type' | 'payload'>

/** What a channel takes by itself, and a publication beside its payload: measured on Node 20. */
const overhead = { channel: 700, publication: 320 }

const noBounds: HistoryBounds = { size: 0, ttlMs: 0, bytes: 0 }

/** One life of a channel: its epoch, its newest publications and the state folded so far. */
export class Stream {
  readonly epoch: string
  readonly #channel: string
  readonly #kept = new Deque<Kept>()
  #bytes = 0
  #keptFootprint = 0
  /** Made with the first state, because most channels have none. */
  #stateFootprint: StateFootprint | undefined
  #bounds: HistoryBounds = noBounds
  #cursor: number | undefined
  #head: AtPosition
  // The position right before the oldest publication kept. Its check outlives its publication, so that a reader at
  // exactly this position is still known to stand in this history (I4).
  #floor: AtPosition
  #usedAt: number
  #checkpoint: Checkpoint | undefined
  #other: OtherState | undefined
  /** A state from before this offset may hold what was taken back. */
  #cleanFrom = 0
  #hasState = false

  constructor(channel: string, epoch: string, elapsed: number) {
    this.#channel = channel
    this.epoch = epoch
    this.#head = this.#floor = startOf(epoch)
    this.#usedAt = elapsed
  }

  get head(): AtPosition {
    return this.#head
  }

  /** About how many bytes of memory it takes. */
  get footprint(): number {
    const states = (this.#stateFootprint?.bytes ?? 0) + (this.#other?.footprint ?? 0)
    return overhead.channel + 2 * this.#channel.length + this.#keptFootprint + states
  }

  append(
    entries: readonly Entry[],
    bounds: HistoryBounds,
    elapsed: number,
    { cursor, checkpoint }: AppendOptions = {},
  ): Appended {
    if (cursor !== undefined && this.#cursor !== undefined && this.#cursor >= cursor)
      return { outcome: 'fed-already', cursor: this.#cursor }
    const before = this.#keptFootprint
    const delivery = this.#push(entries, entries.map(bytesOf), elapsed)
    this.#cursor = cursor ?? this.#cursor
    const appended = this.#keptFootprint - before
    const isKept = checkpoint !== undefined && this.#takeProposed(checkpoint, delivery, appended, elapsed)
    this.#keepWithin(bounds, elapsed)
    // A checkpoint costs only a reference here, so one is due with each append.
    return { outcome: 'appended', delivery, wantsCheckpoint: checkpoint !== undefined && !isKept }
  }

  redact(
    { offset, check }: Place,
    tombstone: Content,
    entry: Entry,
    bounds: HistoryBounds,
    elapsed: number,
  ): Delivery | undefined {
    this.trim(elapsed)
    const kept = this.#kept.at(this.#indexOf(offset))
    if (!kept || checkOf(kept.publication.id) !== check) return undefined
    const [bytes, more] = [bytesOf(tombstone), bytesOf(entry)]
    bury(kept, tombstone)
    this.#bytes += bytes - kept.bytes
    kept.bytes = bytes
    this.#keptFootprint -= kept.footprint
    kept.footprint = footprintOfPublication(kept.publication)
    this.#keptFootprint += kept.footprint
    const delivery = this.#push([entry], [more], elapsed)
    this.#other = undefined
    this.#cleanFrom = this.#head.offset
    this.#keepWithin(bounds, elapsed)
    return delivery
  }

  read(range: ReadRange, elapsed: number): StreamView {
    this.#usedAt = elapsed
    this.trim(elapsed)
    const [first, end] = 'after' in range ? this.#following(range.after, range) : this.#newest(range)
    const from = 'after' in range ? this.#placeAt(range.after) : this.#beginning(first, range.until)
    return {
      epoch: this.epoch,
      head: placeOf(this.#head),
      floor: this.#floor.offset,
      ...(from && { from }),
      publications: this.#between(first, end),
      upTo: this.#before(end),
    }
  }

  /** The newest checkpoint of a version. */
  readCheckpoint(version: string, elapsed: number): Checkpoint | undefined {
    this.#usedAt = elapsed
    this.trim(elapsed)
    return this.#checkpointOf(version)
  }

  writeCheckpoint(checkpoint: Checkpoint, elapsed: number): void {
    const { epoch, offset, check } = checkpoint.position
    // Nobody can continue from a place that was rewritten or trimmed, so such a checkpoint must not replace the kept
    // one.
    if (epoch !== this.epoch || this.#placeAt(offset)?.check !== check) return
    const kept = this.#checkpointOf(checkpoint.version)
    if (!kept || kept.position.offset < offset) this.#keepCheckpoint(checkpoint, Number.POSITIVE_INFINITY, elapsed)
  }

  /** Drops what is beyond the bounds, except publications from which the state is still to be folded. */
  trim(elapsed: number): void {
    const { size, bytes, ttlMs } = this.#bounds
    if (this.#other && elapsed - this.#other.since >= otherVersionStaysMs) this.#other = undefined
    for (let oldest = this.#kept.at(0); oldest; oldest = this.#kept.at(0)) {
      const isOver = this.#kept.length > size || this.#bytes > bytes || elapsed - oldest.since >= ttlMs
      if (!isOver || (this.#isNeeded(oldest) && !isFarOver(this.#kept.length, this.#bytes, this.#bounds))) return
      this.#shift(oldest)
    }
  }

  /** Whether something could go for want of room: what a state is still to be folded from cannot. */
  get canLetGo(): boolean {
    const oldest = this.#kept.at(0)
    return oldest !== undefined && !this.#isNeeded(oldest)
  }

  /** Lets go of the oldest for want of room: of so many bytes, and of no more publications than so many. Returns how many went. */
  letGo(bytes: number, most: number): number {
    let [gone, left] = [0, bytes]
    for (; gone < most && left > 0 && this.canLetGo; gone++) {
      const oldest = this.#kept.at(0)
      if (!oldest) break
      left -= oldest.footprint
      this.#shift(oldest)
    }
    return gone
  }

  /** Whether nobody read or appended for this long, and the history that was promised to be kept is over. */
  isIdle(elapsed: number, idleTtlMs: number): boolean {
    const newest = this.#kept.at(this.#kept.length - 1)
    return (!newest || elapsed - newest.since >= this.#bounds.ttlMs) && elapsed - this.#usedAt >= idleTtlMs
  }

  /**
   * Takes the sizes of the entries, because only measuring them can fail: so an append happens as a whole or not at
   * all.
   */
  #push(entries: readonly Entry[], weights: readonly number[], since: number): Delivery {
    const follows = this.#head
    const publications: Publication[] = []
    for (const entry of entries) {
      const bytes = weights[publications.length] ?? 0
      const publication = publicationOf(entry, this.#head.offset + 1)
      const position = positionAfter(this.epoch, publication)
      const footprint = footprintOfPublication(publication)
      this.#kept.push({ publication, bytes, footprint, since: Math.ceil(since) })
      this.#bytes += bytes
      this.#keptFootprint += footprint
      this.#head = position
      publications.push(publication)
    }
    return { channel: this.#channel, follows, position: this.#head, publications }
  }

  #shift(oldest: Kept): void {
    this.#kept.shift()
    this.#bytes -= oldest.bytes
    this.#keptFootprint -= oldest.footprint
    this.#floor = this.#positionAfter(oldest)
    // Nothing leads on from it any more.
    if (this.#other && this.#other.checkpoint.position.offset < this.#floor.offset) this.#other = undefined
  }

  #checkpointOf(version: string): Checkpoint | undefined {
    return [this.#checkpoint, this.#other?.checkpoint].find((one) => one?.version === version)
  }

  #keepCheckpoint(checkpoint: Checkpoint, appended: number, elapsed: number): void {
    const before = this.#checkpoint
    if (before && before.version !== checkpoint.version) {
      const isClean = before.position.offset >= this.#cleanFrom
      const footprint = this.#stateFootprint?.bytes ?? 0
      this.#other = isClean ? { checkpoint: before, footprint, since: elapsed } : undefined
      this.#stateFootprint = undefined
    }
    this.#checkpoint = checkpoint
    this.#stateFootprint ??= new StateFootprint()
    this.#stateFootprint.replaced(checkpoint.state, appended)
  }

  #keepWithin(bounds: HistoryBounds, elapsed: number): void {
    this.#bounds = bounds
    this.#usedAt = elapsed
    this.trim(elapsed)
  }

  #takeProposed(
    { follows, offset, version, state }: ProposedCheckpoint,
    delivery: Delivery,
    appended: number,
    elapsed: number,
  ): boolean {
    this.#hasState = true
    const before = delivery.follows
    const fits =
      follows.epoch === before.epoch &&
      follows.offset === before.offset &&
      follows.check === before.check &&
      offset === delivery.position.offset
    if (fits) this.#keepCheckpoint({ position: delivery.position, version, state }, appended, elapsed)
    return fits
  }

  /** Whether the state at the head is still to be folded from this publication and those before it. */
  #isNeeded({ publication }: Kept): boolean {
    const foldedTo = this.#checkpoint?.position.offset ?? (this.#hasState ? 0 : undefined)
    const other = this.#other?.checkpoint.position.offset
    const oldest = foldedTo !== undefined && other !== undefined ? Math.min(foldedTo, other) : foldedTo
    return isUnfolded(publication.offset, this.#floor.offset, oldest)
  }

  #indexOf(offset: number): number {
    return offset - this.#floor.offset - 1
  }

  // Made when it is asked for: history holds a thousand publications, and each object that it keeps is copied once more.
  #positionAfter({ publication }: Kept): AtPosition {
    return positionAfter(this.epoch, publication)
  }

  /** The place right before the kept publication of this index. */
  #before(index: number): Place {
    const kept = this.#kept.at(index - 1)
    return placeOf(kept ? this.#positionAfter(kept) : this.#floor)
  }

  #placeAt(offset: number): Place | undefined {
    if (offset < this.#floor.offset || offset > this.#head.offset) return undefined
    return this.#before(this.#indexOf(offset) + 1)
  }

  /** The place where a read of the newest begins; `undefined` below the floor, where it is not known. */
  #beginning(first: number, until = this.#head.offset): Place | undefined {
    return until < this.#floor.offset ? undefined : this.#before(first)
  }

  #between(first: number, end: number): readonly Publication[] {
    const publications: Publication[] = []
    for (let index = first; index < end; index++) {
      const kept = this.#kept.at(index)
      if (kept) publications.push(kept.publication)
    }
    return publications
  }

  /** The first index, and the index after the last, of the publications that follow an offset. */
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

  /** The first index, and the index after the last, of the newest publications. */
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

function publicationOf({ type, payload, id, time, by }: Entry, offset: number): Publication {
  return by === undefined ? { type, payload, offset, id, time } : { type, payload, offset, id, time, by }
}

/** Puts a tombstone in the place of a publication. Its id stays, and with it the check of its position (I4). */
function bury(kept: Kept, { type, payload }: Content): void {
  const { offset, id, time } = kept.publication
  kept.publication = { type, payload, offset, id, time }
}

function footprintOfPublication({ type, payload, id, by }: Publication): number {
  return overhead.publication + footprintOf(payload) + footprintOf(by) + type.length + id.length
}

function placeOf({ offset, check }: Place): Place {
  return { offset, check }
}

function bytesOf({ payload }: Pick<Publication, 'payload'>): number {
  return jsonBytes(payload)
}
