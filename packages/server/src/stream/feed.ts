/**
 * A node's own reader of one channel: it follows the broker, folds the state, and hands every publication to the
 * readers that are live here.
 *
 *   opening ──▶ open ──── a delivery that follows: apply ───▶ open
 *                │ ▲
 *  gap, or lost  │ │ read again from where it stands: applied, or another life: start over, readers become stale
 *                ▼ │
 *             catching up
 */
import {
  type AtPosition,
  BaroError,
  type Broker,
  type Delivery,
  fold,
  formatPosition,
  type Json,
  type Log,
  type Position,
  type Publication,
  positionAfter,
  type Recover,
  type ResetReason,
  type Signal,
  type StreamView,
  startOf,
} from '@baro/core'
import type { Counters } from '../counters.ts'
import type { Limits } from '../limits.ts'
import type { Resolved } from '../registry.ts'
import { Batch } from './batch.ts'
import type { Form } from './form.ts'
import type { Gathering, Ticker } from './ticker.ts'

/** A reader that gets what happens. */
export interface LiveReader {
  readonly form: Form
  /** Takes the bytes of a batch that follows what it has. */
  deliver(bytes: Uint8Array, batch: Batch): void
  signal(signal: Signal): void
  /** The stream is no longer the one it read; it has everything up to the position. */
  stale(position: AtPosition): void
}

/** What follows a position, or why nothing can. */
export type Found =
  | { readonly outcome: 'recovered'; readonly batch: Batch }
  | { readonly outcome: 'reset'; readonly reason: ResetReason }

/** A value at a position, with its JSON made once for everybody who needs it. */
export interface EncodedSnapshot {
  readonly position: AtPosition
  /** `undefined` if the channel has no snapshot. */
  readonly valueText: string | undefined
}

/** What a feed needs of its hub. */
export interface FeedParts {
  readonly broker: Broker
  readonly ticker: Ticker
  readonly limits: Limits
  readonly counters: Counters
  readonly log: Log
  readonly recover: Recover
}

/** Answers kept for readers that come back together; a burst of thousands stands at a handful of positions. */
const maxKeptAnswers = 64

export class Feed implements Gathering {
  readonly resolved: Resolved
  /** Settles when the feed has reached the head once; rejects if the broker cannot be read. */
  readonly opened: Promise<void>
  readonly #parts: FeedParts
  readonly #groups = new Map<Form, Set<LiveReader>>()
  #readers = 0
  #position: AtPosition
  #state: Json | undefined
  #isOpen = false
  #isClosed = false
  #stop: (() => void) | undefined
  /** Publications of this tick, not yet handed to the readers. */
  #batch: Publication[] = []
  #batchFollows: AtPosition
  #catchingUp: Promise<void> | undefined
  #again = false
  #early: Delivery[] = []
  #answers = new Map<string, Promise<Found>>()
  #snapshot: EncodedSnapshot | undefined
  #loading: Promise<EncodedSnapshot> | undefined

  constructor(resolved: Resolved, parts: FeedParts) {
    this.resolved = resolved
    this.#parts = parts
    this.#position = startOf('')
    this.#batchFollows = this.#position
    this.opened = this.#open()
  }

  /** Where the feed stands; what it has handed to the readers may be up to one tick behind. */
  get position(): AtPosition {
    return this.#position
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  get readers(): number {
    return this.#readers
  }

  /** Whether somebody at this position misses nothing. */
  isHead(position: Position | undefined): boolean {
    return position?.kind === 'at' && samePlace(position, this.#position)
  }

  /**
   * Lets a reader that stands at the feed's position get what follows. What this tick has gathered is handed out first:
   * the reader has it already, and must not get it twice (I1).
   */
  join(reader: LiveReader): void {
    this.flush()
    const group = this.#groups.get(reader.form)
    if (group) group.add(reader)
    else this.#groups.set(reader.form, new Set([reader]))
    this.#readers++
  }

  leave(reader: LiveReader): void {
    const group = this.#groups.get(reader.form)
    if (!group?.delete(reader)) return
    this.#readers--
    if (group.size === 0) this.#groups.delete(reader.form)
  }

  /** Hands what the tick has gathered to the live readers, encoded once for each form. */
  flush(): void {
    if (this.#batch.length === 0) return
    const batch = new Batch(this.resolved.channel, this.#batchFollows, this.#position, this.#batch)
    this.#batch = []
    this.#saveCheckpoint()
    for (const [form, readers] of this.#groups) {
      const bytes = form.encode(batch)
      for (const reader of readers) reader.deliver(bytes, batch)
    }
  }

  /** Whether the value of a snapshot is folded here. */
  get #reduces(): boolean {
    return this.resolved.definition.state !== undefined && this.resolved.handlers.snapshot === undefined
  }

  /** What follows a position, from history: recovered or reset (I2, I4). At the head nothing is read. */
  after(position: Position | undefined): Promise<Found> | Found {
    const head = this.#position
    if (position?.kind === 'at' && samePlace(position, head))
      return { outcome: 'recovered', batch: new Batch(this.resolved.channel, head, head, []) }
    if (position?.kind !== 'at') return this.#decide(position, { epoch: head.epoch, head, floor: 0, publications: [] })
    const key = formatPosition(position)
    const kept = this.#answers.get(key)
    if (kept) return kept
    const found = this.#read(position).then((view) => this.#decide(position, view))
    if (this.#answers.size < maxKeptAnswers) {
      this.#answers.set(key, found)
      found.catch(() => this.#answers.delete(key))
    }
    return found
  }

  /** The newest value at its position; one for all who need it. */
  snapshot(): EncodedSnapshot | Promise<EncodedSnapshot> {
    const source = this.resolved.handlers.snapshot
    if (source) {
      this.#loading ??= this.#load(source.load).finally(() => {
        this.#loading = undefined
      })
      return this.#loading
    }
    this.#snapshot ??= {
      position: this.#position,
      valueText: this.#state === undefined ? undefined : JSON.stringify(this.#state),
    }
    return this.#snapshot
  }

  /** Reads on from where the feed stands: after a gap, after a lost link, or to catch up with a faster reader. */
  catchUp(): Promise<void> {
    this.#again = true
    this.#catchingUp ??= this.#catchUp().finally(() => {
      this.#catchingUp = undefined
    })
    return this.#catchingUp
  }

  close(): void {
    this.#isClosed = true
    this.#stop?.()
  }

  async #open(): Promise<void> {
    const { broker } = this.#parts
    const stop = await broker.subscribe(this.resolved.channel, {
      deliver: (delivery) => this.#deliver(delivery),
      signal: (signal) => this.#signal(signal),
      lost: () => this.#catchUpOrLog(),
    })
    if (this.#isClosed) return stop()
    this.#stop = stop
    await this.#startOver()
    this.#isOpen = true
    this.#applyEarly()
  }

  /** Takes the newest checkpoint, or the beginning, and reads on to the head. */
  async #startOver(): Promise<void> {
    const { broker, log } = this.#parts
    const { definition, channel } = this.resolved
    const checkpoint = this.#reduces ? await broker.readCheckpoint(channel) : undefined
    if (checkpoint?.version === definition.version) {
      this.#moveTo(checkpoint.position, checkpoint.state)
      if (await this.#readOn()) return
    }
    const view = await broker.read(channel, { after: 0, limit: 0, bytes: 0 })
    if (!this.#reduces) return this.#moveTo({ kind: 'at', epoch: view.epoch, ...view.head }, undefined)
    if (view.floor > 0)
      log.warn(
        `The channel ${JSON.stringify(channel)} kept no state of version ${JSON.stringify(definition.version)} and has lost its first ${view.floor} publications: its state starts from what is left.`,
      )
    const floor = await broker.read(channel, { after: view.floor, limit: 0, bytes: 0 })
    this.#moveTo(
      { kind: 'at', epoch: floor.epoch, offset: view.floor, check: floor.checkThere ?? '' },
      toJson(definition.state?.initial()),
    )
    if (!(await this.#readOn()))
      throw new BaroError('unavailable', `The channel ${JSON.stringify(channel)} changed while it was read. Try again.`)
  }

  /** Applies everything from where the feed stands to the head; false if the stream is another one now. */
  async #readOn(): Promise<boolean> {
    for (;;) {
      const from = this.#position
      const view = await this.#read(from)
      const found = this.#parts.recover(from, view)
      if (found.outcome === 'reset') return false
      // Deliveries may have been applied while this read was on its way.
      for (const publication of found.publications)
        if (publication.offset > this.#position.offset) this.#apply(publication, positionAfter(view.epoch, publication))
      if (found.publications.length === 0 || this.#position.offset >= view.head.offset) return true
    }
  }

  async #catchUp(): Promise<void> {
    if (!this.#isOpen) await this.opened
    while (this.#again && !this.#isClosed) {
      this.#again = false
      if (await this.#readOn()) continue
      // Another life of the stream. The readers leave first, so that none of it reaches them as if it followed what
      // they have; they read from the position they had, and are told `reset` (I4).
      this.flush()
      const had = this.#position
      const readers = [...this.#groups.values()].flatMap((group) => [...group])
      this.#groups.clear()
      this.#readers = 0
      await this.#startOver()
      this.#answers.clear()
      for (const reader of readers) reader.stale(had)
    }
  }

  #catchUpOrLog(): void {
    this.catchUp().catch((error) =>
      this.#parts.log.error(`Could not read the channel ${JSON.stringify(this.resolved.channel)}: ${String(error)}`),
    )
  }

  #deliver(delivery: Delivery): void {
    if (!this.#isOpen) {
      this.#early.push(delivery)
      return
    }
    const { position } = this
    if (samePlace(delivery.follows, position)) this.#apply(delivery.publication, delivery.position)
    else if (delivery.position.epoch !== position.epoch || delivery.position.offset > position.offset) {
      this.#parts.counters.gaps++
      this.#catchUpOrLog()
    }
  }

  #applyEarly(): void {
    const early = this.#early
    this.#early = []
    for (const delivery of early) this.#deliver(delivery)
  }

  #apply(publication: Publication, position: AtPosition): void {
    const { definition, channel } = this.resolved
    if (this.#reduces) {
      const folded = fold(definition, this.#state as Json, publication)
      if ('error' in folded) {
        this.#parts.counters.skipped++
        this.#parts.log.error(
          `The reducer of ${JSON.stringify(publication.type)} threw at ${JSON.stringify(channel)}, offset ${publication.offset}; the publication is skipped: ${String(folded.error)}`,
        )
      }
      this.#state = folded.state
    }
    if (this.#batch.length === 0) {
      this.#batchFollows = this.#position
      if (this.#isOpen) this.#parts.ticker.gather(this)
    }
    this.#position = position
    if (this.#isOpen) this.#batch.push(publication)
    this.#snapshot = undefined
    if (this.#answers.size > 0) this.#answers.clear()
  }

  #moveTo(position: AtPosition, state: Json | undefined): void {
    this.#position = position
    this.#state = state
    this.#snapshot = undefined
  }

  #signal(signal: Signal): void {
    for (const readers of this.#groups.values()) for (const reader of readers) reader.signal(signal)
  }

  #read(position: AtPosition): Promise<StreamView> {
    const { catchUpPublications, catchUpBytes } = this.#parts.limits
    return this.#parts.broker.read(this.resolved.channel, {
      after: position.offset,
      limit: catchUpPublications,
      bytes: catchUpBytes,
    })
  }

  #decide(position: Position | undefined, view: StreamView): Found {
    const recovery = this.#parts.recover(position, view)
    if (recovery.outcome === 'reset') return recovery
    const last = recovery.publications.at(-1)
    const reached = last ? positionAfter(view.epoch, last) : recovery.from
    return {
      outcome: 'recovered',
      batch: new Batch(this.resolved.channel, recovery.from, reached, recovery.publications),
    }
  }

  async #load(load: (context: { channel: string; params: Resolved['params'] }) => unknown): Promise<EncodedSnapshot> {
    // The position first: what is published while the value loads comes again after it, and nothing is missed.
    const position = this.#position
    const value = await load({ channel: this.resolved.channel, params: this.resolved.params })
    return { position, valueText: JSON.stringify(value) }
  }

  #saveCheckpoint(): void {
    const { definition, channel } = this.resolved
    if (this.#state === undefined) return
    const checkpoint = { position: this.#position, version: definition.version, state: this.#state }
    this.#parts.broker
      .writeCheckpoint(channel, checkpoint)
      .catch((error) =>
        this.#parts.log.warn(`Could not keep the state of the channel ${JSON.stringify(channel)}: ${String(error)}`),
      )
  }
}

function samePlace(a: AtPosition, b: AtPosition): boolean {
  return a.offset === b.offset && a.check === b.check && a.epoch === b.epoch
}

// The state travels as JSON, so the server folds what the browser will fold.
function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null)) as Json
}
