import type { Json, Publication } from '@baro/core'
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
import { isFarOver, isUnfolded } from '@baro/core/broker'
import { type AtPosition, checkOf, jsonText, type Place, positionAt } from '@baro/core/protocol'
import { DamagedRecord } from '../damage/damage.ts'
import {
  checkOfKept,
  type KeptPublication,
  keptIn,
  keptOf,
  lengthOf,
  parsedValue,
  publicationOf,
  textOf,
} from './kept-publication.ts'
import { type ChannelRecord, checkpointKey, publicationKey } from './record.ts'
import type { Step } from './step.ts'

type Content = Pick<Publication, 'type' | 'payload'>

/**
 * When the state is worth keeping again: it costs its length, so as much must have been appended, or so many publications that
 * folding them on takes a while.
 */
const due = { publications: 64, bytes: 1_024 }

/** A channel without publications. */
export function emptyRecord(epoch: string, elapsed: number): ChannelRecord {
  return {
    epoch,
    head: { offset: 0, check: '' },
    floor: { offset: 0, check: '' },
    oldest: { since: 0, bytes: 0, length: 0, check: '' },
    newestSince: 0,
    bytes: 0,
    length: 0,
    bounds: { size: 0, ttlMs: 0, bytes: 0 },
    usedAt: elapsed,
    hasState: false,
    cursor: undefined,
    checkpoint: undefined,
  }
}

/** What one step does with a channel: it changes the record in place, and puts the rest into the step. */
export class Stream {
  readonly record: ChannelRecord
  readonly #channel: string
  readonly #step: Step
  readonly #elapsed: number

  constructor(channel: string, record: ChannelRecord, step: Step, elapsed: number) {
    this.#channel = channel
    this.record = record
    this.#step = step
    this.#elapsed = elapsed
  }

  get head(): AtPosition {
    return positionAt(this.record.epoch, this.record.head)
  }

  append(entries: readonly Entry[], bounds: HistoryBounds, { cursor, checkpoint }: AppendOptions): Appended {
    const { record } = this
    if (cursor !== undefined && record.cursor !== undefined && record.cursor >= cursor)
      return { outcome: 'fed-already', cursor: record.cursor }
    const delivery = this.#push(entries)
    if (cursor !== undefined) record.cursor = cursor
    const isWanted = checkpoint !== undefined && this.#takeProposed(checkpoint, delivery)
    this.#keepWithin(bounds)
    return { outcome: 'appended', delivery, wantsCheckpoint: isWanted }
  }

  redact({ offset, check }: Place, tombstone: Content, entry: Entry, bounds: HistoryBounds): Delivery | undefined {
    this.trim()
    const { record } = this
    if (offset <= record.floor.offset || offset > record.head.offset) return undefined
    const before = this.#kept(offset)
    const { id, time } = publicationOf(before, offset)
    if (checkOf(id) !== check) return undefined
    const after = keptOf({ ...tombstone, id, time }, before.since)
    record.bytes -= before.bytes
    record.length -= lengthOf(before)
    this.#put(offset, after)
    const delivery = this.#push([entry])
    this.#keepWithin(bounds)
    return delivery
  }

  read(range: ReadRange): StreamView {
    this.trim()
    const { record } = this
    const [first, publications] = 'after' in range ? this.#following(range.after, range) : this.#newest(range)
    const from = 'after' in range ? this.#placeAt(range.after) : this.#beginning(first, range.until)
    return {
      epoch: record.epoch,
      head: record.head,
      floor: record.floor.offset,
      ...(from && { from }),
      publications,
      upTo: this.#before(first + publications.length),
    }
  }

  /** The newest checkpoint, if it is of this version: nodes of two cannot write here. */
  readCheckpoint(version: string): Checkpoint | undefined {
    const { record } = this
    if (record.checkpoint?.version !== version) return undefined
    const { offset, check } = record.checkpoint
    const key = checkpointKey(this.#channel, record.epoch)
    const state = parsedValue(this.#text(key))
    return { position: positionAt(record.epoch, { offset, check }), version, state }
  }

  /** Returns whether it was kept. */
  writeCheckpoint({ position, version, state }: Checkpoint): boolean {
    const { record } = this
    const { epoch, offset, check } = position
    // Nobody can continue from a place that was rewritten or trimmed, so such a checkpoint must not replace the kept
    // one.
    if (epoch !== record.epoch || this.#placeAt(offset)?.check !== check) return false
    const kept = record.checkpoint
    if (kept && kept.version === version && kept.offset >= offset) return false
    this.#keepCheckpoint({ offset, check }, version, state)
    return true
  }

  /** Drops what is beyond the bounds, except publications from which the state is still to be folded. Returns how many went. */
  trim(): number {
    const { record } = this
    const { size, bytes, ttlMs } = record.bounds
    const before = record.floor.offset
    while (this.#count > 0) {
      const isOver = this.#count > size || record.bytes > bytes || this.#elapsed - record.oldest.since >= ttlMs
      if (!isOver || (this.#isNeeded(record.floor.offset + 1) && !isFarOver(this.#count, record.bytes, record.bounds)))
        break
      this.#shift()
    }
    return record.floor.offset - before
  }

  /** Lets go of the oldest for want of room, except what the state is still to be folded from. Returns how many went. */
  letGo(most: number): number {
    let gone = 0
    for (; gone < most && this.#count > 0 && !this.#isNeeded(this.record.floor.offset + 1); gone++) this.#shift()
    return gone
  }

  /** Whether nobody read or appended for this long, and the history that was promised to be kept is over. */
  isIdle(idleTtlMs: number): boolean {
    const { newestSince, bounds, usedAt } = this.record
    const isOver = this.#count === 0 || this.#elapsed - newestSince >= bounds.ttlMs
    return isOver && this.#elapsed - usedAt >= idleTtlMs
  }

  /** Everything of it goes, but for the record. */
  removeAll(): void {
    const { epoch, floor, head } = this.record
    for (let offset = floor.offset + 1; offset <= head.offset; offset++)
      this.#step.remove(publicationKey(this.#channel, epoch, offset))
    this.#step.remove(checkpointKey(this.#channel, epoch))
  }

  get #count(): number {
    return this.record.head.offset - this.record.floor.offset
  }

  /** Writes nothing unless all can be written: so an append happens as a whole or not at all. */
  #push(entries: readonly Entry[]): Delivery {
    const { record } = this
    const follows = this.head
    const publications: Publication[] = []
    for (const [index, kept] of entries.map((entry) => keptOf(entry, this.#elapsed)).entries()) {
      const { type, payload, id, time, by } = entries[index] as Entry
      const offset = record.head.offset + 1
      record.head = { offset, check: checkOf(id) }
      record.newestSince = this.#elapsed
      this.#put(offset, kept)
      const { checkpoint } = record
      if (checkpoint) record.checkpoint = { ...checkpoint, since: checkpoint.since + kept.bytes }
      publications.push(
        by === undefined ? { type, payload, offset, id, time } : { type, payload, offset, id, time, by },
      )
    }
    return { channel: this.#channel, follows, position: this.head, publications }
  }

  #put(offset: number, kept: KeptPublication): void {
    const { record } = this
    this.#step.put(publicationKey(this.#channel, record.epoch, offset), textOf(kept))
    record.bytes += kept.bytes
    record.length += lengthOf(kept)
    if (offset === record.floor.offset + 1) record.oldest = oldestOf(kept)
  }

  #shift(): void {
    const { record } = this
    const { bytes, length, check } = record.oldest
    const offset = record.floor.offset + 1
    record.bytes -= bytes
    record.length -= length
    // Its check outlives the publication, so that a reader at exactly this position is still known to stand in this
    // history (I4).
    record.floor = { offset, check }
    this.#step.remove(publicationKey(this.#channel, record.epoch, offset))
    if (this.#count === 0) return
    const next = this.#kept(offset + 1)
    record.oldest = oldestOf(next)
  }

  #keepWithin(bounds: HistoryBounds): void {
    this.record.bounds = bounds
    this.record.usedAt = this.#elapsed
    this.trim()
  }

  /** Returns whether a checkpoint is wanted: one is due, and this one does not fit. */
  #takeProposed(
    { follows, offset, version, state }: ProposedCheckpoint,
    { follows: before, position }: Delivery,
  ): boolean {
    const { record } = this
    record.hasState = true
    const { checkpoint } = record
    const isDue =
      checkpoint?.version !== version ||
      record.head.offset - checkpoint.offset >= due.publications ||
      checkpoint.since >= Math.max(due.bytes, checkpoint.length)
    if (!isDue) return false
    const fits =
      follows.epoch === before.epoch &&
      follows.offset === before.offset &&
      follows.check === before.check &&
      offset === position.offset
    if (fits) this.#keepCheckpoint(record.head, version, state)
    return !fits
  }

  #keepCheckpoint({ offset, check }: Place, version: string, state: Json): void {
    const text = jsonText(state)
    if (text === undefined) throw new TypeError(`The state of "${this.#channel}" is no JSON.`)
    this.#step.put(checkpointKey(this.#channel, this.record.epoch), text)
    this.record.checkpoint = { offset, check, version, length: Buffer.byteLength(text), since: 0 }
  }

  /** Whether the state at the head is still to be folded from this publication and those before it. */
  #isNeeded(offset: number): boolean {
    const { checkpoint, hasState, floor } = this.record
    return isUnfolded(offset, floor.offset, checkpoint?.offset ?? (hasState ? 0 : undefined))
  }

  #text(key: string): string {
    const text = this.#step.get(key)
    if (text === undefined) throw new DamagedRecord(key)
    return text
  }

  #kept(offset: number): KeptPublication {
    const key = publicationKey(this.#channel, this.record.epoch, offset)
    return keptIn(key, this.#step.get(key))
  }

  /** The place right before the publication at this offset. */
  #before(offset: number): Place {
    const { floor, head } = this.record
    if (offset - 1 <= floor.offset) return floor
    return offset - 1 === head.offset ? head : { offset: offset - 1, check: checkOfKept(this.#kept(offset - 1)) }
  }

  #placeAt(offset: number): Place | undefined {
    if (offset < this.record.floor.offset || offset > this.record.head.offset) return undefined
    return this.#before(offset + 1)
  }

  /** The place where a read of the newest begins; `undefined` below the floor, where it is not known. */
  #beginning(first: number, until = this.record.head.offset): Place | undefined {
    return until < this.record.floor.offset ? undefined : this.#before(first)
  }

  /** The first offset, and the publications, of those that follow an offset. */
  #following(after: number, { limit, bytes }: ReadRange): readonly [number, readonly Publication[]] {
    const { floor, head } = this.record
    const first = Math.min(Math.max(after, floor.offset), head.offset) + 1
    const publications: Publication[] = []
    let room = bytes
    for (let offset = first; offset <= head.offset && publications.length < limit; offset++) {
      const kept = this.#kept(offset)
      room -= kept.bytes
      if (room < 0 && publications.length > 0) break
      publications.push(publicationOf(kept, offset))
    }
    return [first, publications]
  }

  /** The first offset, and the publications, of the newest. */
  #newest({
    until = this.record.head.offset,
    limit,
    bytes,
  }: Extract<ReadRange, { until?: number }>): readonly [number, readonly Publication[]] {
    const { floor, head } = this.record
    const publications: Publication[] = []
    let first = Math.max(Math.min(until, head.offset), floor.offset) + 1
    for (let room = bytes; first - 1 > floor.offset && publications.length < limit; first--) {
      const kept = this.#kept(first - 1)
      room -= kept.bytes
      if (room < 0 && publications.length > 0) break
      publications.push(publicationOf(kept, first - 1))
    }
    return [first, publications.reverse()]
  }
}

function oldestOf(kept: KeptPublication): ChannelRecord['oldest'] {
  return { since: kept.since, bytes: kept.bytes, length: lengthOf(kept), check: checkOfKept(kept) }
}
