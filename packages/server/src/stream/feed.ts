/**
 * A node's own reader of one channel: it follows the broker, folds the value, and hands every publication to the
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
  formatPosition,
  type Log,
  type Position,
  type Publication,
  positionAfter,
  type Recover,
  type ResetReason,
  type StreamView,
  startOf,
} from '@baro/core'
import type { Counters } from '../counters.ts'
import type { Limits } from '../limits.ts'
import type { Resolved } from '../registry.ts'
import { Batch } from './batch.ts'
import { ChannelValue, type EncodedSnapshot } from './channel-value.ts'
import { LiveGroup, type LiveReader } from './live-group.ts'
import type { Gathering, Ticker } from './ticker.ts'

/** What follows a position, or why nothing can. */
export type Found =
  | { readonly outcome: 'recovered'; readonly batch: Batch }
  | { readonly outcome: 'reset'; readonly reason: ResetReason }

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
  readonly #value: ChannelValue
  readonly #live = new LiveGroup()
  #phase: 'opening' | 'open' | 'closed' = 'opening'
  #position: AtPosition = startOf('')
  /** Publications of this tick, not yet handed to the readers, and what they follow. */
  #batch: Publication[] = []
  #batchFollows: AtPosition = startOf('')
  /** Deliveries that came before the feed was open. */
  #early: Delivery[] = []
  readonly #answers = new Map<string, Promise<Found>>()
  #catchingUp: Promise<void> | undefined
  #mustReadAgain = false
  #stopFollowing: (() => void) | undefined

  constructor(resolved: Resolved, parts: FeedParts) {
    this.resolved = resolved
    this.#parts = parts
    this.#value = new ChannelValue(resolved, parts)
    this.opened = this.#open()
  }

  /** Where the feed stands; what it has handed to the readers may be one tick behind. */
  get position(): AtPosition {
    return this.#position
  }

  get isOpen(): boolean {
    return this.#phase === 'open'
  }

  /** Whether somebody at this position misses nothing. */
  isHead(position: AtPosition): boolean {
    return samePlace(position, this.#position)
  }

  /**
   * Lets a reader that stands at the feed's position get what follows. What this tick has gathered is handed out first:
   * the reader has it already, and must not get it twice (I1).
   */
  join(reader: LiveReader): void {
    this.flush()
    this.#live.join(reader)
  }

  leave(reader: LiveReader): void {
    this.#live.leave(reader)
  }

  /** Hands what the tick has gathered to the live readers. */
  flush(): void {
    if (this.#batch.length === 0) return
    const batch = new Batch(this.resolved.channel, this.#batchFollows, this.#position, this.#batch)
    this.#batch = []
    this.#keepCheckpoint()
    this.#live.deliver(batch)
  }

  /** What follows a position: recovered or reset (I2, I4). At the head, and without a position, nothing is read. */
  after(position: Position | undefined): Promise<Found> | Found {
    const head = this.#position
    if (position?.kind !== 'at') return this.#decide(position, { epoch: head.epoch, head, floor: 0, publications: [] })
    if (samePlace(position, head))
      return { outcome: 'recovered', batch: new Batch(this.resolved.channel, head, head, []) }
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
    return this.#value.snapshotAt(this.#position)
  }

  /** Reads on from where the feed stands: after a gap, after a lost link, or to catch up with a faster reader. */
  catchUp(): Promise<void> {
    this.#mustReadAgain = true
    this.#catchingUp ??= this.#catchUp().finally(() => {
      this.#catchingUp = undefined
    })
    return this.#catchingUp
  }

  close(): void {
    this.#phase = 'closed'
    this.#stopFollowing?.()
  }

  async #open(): Promise<void> {
    // Followed before it is read: what is appended in between arrives early, and is joined by position below.
    const stop = await this.#parts.broker.subscribe(this.resolved.channel, {
      deliver: (delivery) => this.#deliver(delivery),
      signal: (signal) => this.#live.signal(signal),
      lost: () => this.#catchUpOrLog(),
    })
    if (this.#phase === 'closed') return stop()
    this.#stopFollowing = stop
    await this.#startOver()
    if (this.#phase === 'opening') this.#phase = 'open'
    const early = this.#early
    this.#early = []
    for (const delivery of early) this.#deliver(delivery)
  }

  /** Takes the newest checkpoint, or the beginning, and reads on to the head. */
  async #startOver(): Promise<void> {
    const { broker, log } = this.#parts
    const { definition, channel } = this.resolved
    const checkpoint = this.#value.isReduced ? await broker.readCheckpoint(channel) : undefined
    if (checkpoint?.version === definition.version) {
      this.#position = checkpoint.position
      this.#value.start(checkpoint)
      if (await this.#readOn()) return
    }
    const view = await broker.read(channel, { after: 0, limit: 0, bytes: 0 })
    if (!this.#value.isReduced) {
      this.#position = { kind: 'at', epoch: view.epoch, ...view.head }
      this.#value.start()
      return
    }
    if (view.floor > 0)
      log.warn(
        `The channel ${JSON.stringify(channel)} kept no state of version ${JSON.stringify(definition.version)} and has lost its first ${view.floor} publications: its state starts from what is left.`,
      )
    const { epoch, checkThere = '' } = await broker.read(channel, { after: view.floor, limit: 0, bytes: 0 })
    this.#position = { kind: 'at', epoch, offset: view.floor, check: checkThere }
    this.#value.start()
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
    if (this.#phase === 'opening') await this.opened
    while (this.#mustReadAgain && this.#phase === 'open') {
      this.#mustReadAgain = false
      if (await this.#readOn()) continue
      // Another life of the stream. The readers leave first, so that none of it reaches them as if it followed what
      // they have; they read from the position they had, and are told `reset` (I4).
      this.flush()
      const had = this.#position
      const readers = this.#live.dissolve()
      try {
        await this.#startOver()
      } finally {
        // Also if the broker cannot be read now: then each of them is told so by its own read.
        this.#answers.clear()
        for (const reader of readers) reader.stale(had)
      }
    }
  }

  #catchUpOrLog(): void {
    this.catchUp().catch((error) =>
      this.#parts.log.error(`Could not read the channel ${JSON.stringify(this.resolved.channel)}: ${String(error)}`),
    )
  }

  #deliver(delivery: Delivery): void {
    if (this.#phase === 'opening') {
      this.#early.push(delivery)
      return
    }
    const { epoch, offset } = this.#position
    if (samePlace(delivery.follows, this.#position)) this.#apply(delivery.publication, delivery.position)
    else if (delivery.position.epoch !== epoch || delivery.position.offset > offset) {
      this.#parts.counters.gaps++
      this.#catchUpOrLog()
    }
  }

  #apply(publication: Publication, position: AtPosition): void {
    this.#value.apply(publication)
    if (this.#answers.size > 0) this.#answers.clear()
    // While it opens nobody reads yet; what it reads up is history.
    if (this.#phase === 'open') {
      if (this.#batch.length === 0) {
        this.#batchFollows = this.#position
        this.#parts.ticker.gather(this)
      }
      this.#batch.push(publication)
    }
    this.#position = position
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

  #keepCheckpoint(): void {
    const { channel } = this.resolved
    const checkpoint = this.#value.checkpointAt(this.#position)
    if (!checkpoint) return
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
