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
  type Cancel,
  type Clock,
  type Delivery,
  formatPosition,
  type Log,
  type Position,
  type Publication,
  positionAfter,
  type Recover,
  type ResetReason,
  type StreamView,
} from '@baro/core'
import type { Resolved } from '../channel/registry.ts'
import { Batch } from '../delivery/batch.ts'
import type { EncodedSnapshot } from '../delivery/encode/encoded-snapshot.ts'
import { LiveGroup, type LiveReader } from '../delivery/live-group.ts'
import type { Gathering, Ticker } from '../delivery/ticker.ts'
import type { Counters } from '../observe/counters.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Limits } from '../ports/limits.ts'
import { ChannelValue } from './channel-value.ts'
import { KeptAnswers } from './kept-answers.ts'

/** What follows a position, or why nothing can. */
export type Found =
  | { readonly outcome: 'recovered'; readonly batch: Batch }
  | { readonly outcome: 'reset'; readonly reason: ResetReason }

/** What a feed needs of its hub. */
export interface FeedParts {
  readonly broker: Broker
  readonly clock: Clock
  readonly ticker: Ticker
  readonly limits: Limits
  readonly counters: Counters
  readonly log: Log
  readonly recover: Recover
}

/** How long a feed waits before it reads again, after the broker could not be read. */
const retryMs = 1_000

export class Feed implements Gathering {
  readonly resolved: Resolved
  /** Settles when the feed has reached the head once; rejects if the broker cannot be read. */
  readonly opened: Promise<void>
  readonly #parts: FeedParts
  readonly #live = new LiveGroup()
  #phase: 'opening' | 'open' | 'closed' = 'opening'
  /** The life of the stream that the feed stands in; another one takes its place as a whole. */
  #value: ChannelValue
  /** Publications that are not yet handed to the readers, and what they follow. */
  #batch: Publication[] = []
  #batchFollows: AtPosition
  /** Deliveries that came before the feed was open. */
  #early: Delivery[] = []
  readonly #answers: KeptAnswers<Found>
  #catchingUp: Promise<void> | undefined
  #mustReadAgain = false
  #retry: Cancel | undefined
  #stopFollowing: (() => void) | undefined

  constructor(resolved: Resolved, parts: FeedParts) {
    this.resolved = resolved
    this.#parts = parts
    this.#value = new ChannelValue(resolved, parts)
    this.#answers = new KeptAnswers(parts.clock)
    this.#batchFollows = this.position
    this.opened = this.#open()
  }

  /** Where the feed stands; what it has handed to the readers may be a little behind. */
  get position(): AtPosition {
    return this.#value.position
  }

  get isOpen(): boolean {
    return this.#phase === 'open'
  }

  /** Whether somebody at this position misses nothing. */
  isHead(position: AtPosition): boolean {
    return samePlace(position, this.position)
  }

  /**
   * Lets a reader that stands at the feed's position get what follows. What was gathered is handed out first: the reader
   * has it already, and must not get it twice (I1).
   */
  join(reader: LiveReader): void {
    this.flush()
    this.#live.join(reader)
  }

  leave(reader: LiveReader): void {
    this.#live.leave(reader)
  }

  /** Hands what was gathered to the live readers. */
  flush(): void {
    if (this.#batch.length === 0) return
    const batch = new Batch(this.resolved.channel, this.#batchFollows, this.position, this.#batch)
    this.#batch = []
    this.#keepCheckpoint()
    this.#live.deliver(batch)
  }

  /** What follows a position: recovered or reset (I2, I4). At the head, and without a position, nothing is read. */
  after(position: Position | undefined): Promise<Found> | Found {
    const head = this.position
    if (position?.kind !== 'at') return this.#decide(position, { epoch: head.epoch, head, floor: 0, publications: [] })
    if (samePlace(position, head))
      return { outcome: 'recovered', batch: new Batch(this.resolved.channel, head, head, []) }
    return this.#answers.get(formatPosition(position), () => this.#find(position))
  }

  /** The newest value at its position; one for all who need it. */
  snapshot(): EncodedSnapshot | Promise<EncodedSnapshot> {
    return this.#value.snapshot()
  }

  close(): void {
    this.flush()
    this.#phase = 'closed'
    this.#retry?.()
    this.#answers.forget()
    this.#stopFollowing?.()
  }

  async #open(): Promise<void> {
    // Followed before it is read: what is appended in between arrives early, and is joined by position below.
    const stop = await this.#parts.broker.subscribe(this.resolved.channel, {
      deliver: (delivery) => this.#deliver(delivery),
      signal: (signal) => this.#live.signal(signal),
      lost: () => this.#catchUpOrRetry(),
    })
    if (this.#phase === 'closed') stop()
    else this.#stopFollowing = stop
    const value = await this.#load()
    if (this.#phase === 'closed')
      throw new BaroError('unavailable', 'The hub was closed while a channel was opened. Ask another node.')
    this.#value = value
    this.#phase = 'open'
    const early = this.#early
    this.#early = []
    for (const delivery of early) this.#deliver(delivery)
  }

  /** Makes the value of the stream as it is now, from the newest checkpoint or the oldest publication, up to the head. */
  async #load(): Promise<ChannelValue> {
    const { broker, log } = this.#parts
    const { definition, channel } = this.resolved
    const value = new ChannelValue(this.resolved, this.#parts)
    let kept = value.isReduced ? await broker.readCheckpoint(channel) : undefined
    while (kept?.version === definition.version) {
      value.start(kept.position, kept)
      if (await this.#readOn(value)) return value
      // History may have been rewritten since the checkpoint was read; whoever did that has left another one.
      const newer = await broker.readCheckpoint(channel)
      if (newer && samePlace(newer.position, kept.position)) break
      kept = newer
    }
    const view = await broker.read(channel, { after: 0, limit: 0, bytes: 0 })
    if (!value.isReduced) {
      value.start({ kind: 'at', epoch: view.epoch, ...view.head })
      return value
    }
    if (view.floor > 0)
      log.warn(
        `The channel ${JSON.stringify(channel)} kept no state of version ${JSON.stringify(definition.version)} and has lost its first ${view.floor} publications: its state starts from what is left.`,
      )
    const { epoch, checkThere = '' } = await broker.read(channel, { after: view.floor, limit: 0, bytes: 0 })
    value.start({ kind: 'at', epoch, offset: view.floor, check: checkThere })
    if (await this.#readOn(value)) return value
    throw new BaroError('unavailable', `The channel ${JSON.stringify(channel)} changed while it was read. Try again.`)
  }

  /** Applies everything from where the value stands to the head; false if the stream is another one now. */
  async #readOn(value: ChannelValue): Promise<boolean> {
    for (;;) {
      const from = value.position
      const view = await this.#read(from)
      const found = this.#parts.recover(from, view)
      if (found.outcome === 'reset') return false
      // Deliveries were applied while this read was on its way. The two may be of different branches of a history that
      // was rewritten in between, so they are never joined by their offsets alone (I4): it is read again from there.
      if (!samePlace(value.position, from)) {
        if (value.position.offset > view.head.offset) return true
        continue
      }
      for (const publication of found.publications)
        this.#apply(value, publication, positionAfter(view.epoch, publication))
      if (found.publications.length === 0 || value.position.offset >= view.head.offset) return true
    }
  }

  /** Reads on from where the feed stands: after a gap, after a lost link, or because a reader has seen more. */
  #catchUp(): Promise<void> {
    this.#mustReadAgain = true
    this.#catchingUp ??= this.#readUntilUpToDate()
    return this.#catchingUp
  }

  async #readUntilUpToDate(): Promise<void> {
    try {
      if (this.#phase === 'opening') await this.opened
      while (this.#mustReadAgain && this.#phase === 'open') {
        this.#mustReadAgain = false
        if (!(await this.#readOn(this.#value))) this.#startOver(await this.#load())
      }
    } finally {
      // Here, before anything else can happen: whoever finds a gap from now on starts another round.
      this.#catchingUp = undefined
    }
  }

  /**
   * Another life of the stream. The readers leave first, so that none of it reaches them as if it followed what they
   * have; they read from the position they had, and are told `reset` (I4).
   */
  #startOver(value: ChannelValue): void {
    this.flush()
    const had = this.position
    const readers = this.#live.dissolve()
    this.#value = value
    this.#answers.forget()
    for (const reader of readers) reader.stale(had)
  }

  /** For when nobody waits for it: a feed that could not read must not stay behind until something else happens. */
  #catchUpOrRetry(): void {
    this.#catchUp().catch((error) => {
      if (this.#phase !== 'open' || this.#retry) return
      this.#parts.log.error(
        `Could not read the channel ${JSON.stringify(this.resolved.channel)}, which is tried again in ${retryMs} ms: ${describeError(error)}`,
      )
      this.#retry = this.#parts.clock.after(retryMs, () => {
        this.#retry = undefined
        this.#catchUpOrRetry()
      })
    })
  }

  #deliver(delivery: Delivery): void {
    if (this.#phase === 'opening') {
      this.#early.push(delivery)
      return
    }
    const { epoch, offset } = this.position
    if (samePlace(delivery.follows, this.position)) this.#apply(this.#value, delivery.publication, delivery.position)
    else if (delivery.position.epoch !== epoch || delivery.position.offset > offset) {
      this.#parts.counters.gaps++
      this.#catchUpOrRetry()
    }
  }

  #apply(value: ChannelValue, publication: Publication, position: AtPosition): void {
    // What a value reads up before the feed stands on it is history, and nobody's news.
    const isNews = value === this.#value
    if (isNews) {
      this.#answers.forget()
      if (this.#batch.length === 0) this.#batchFollows = this.position
      this.#parts.ticker.gather(this)
      this.#batch.push(publication)
    }
    value.apply(publication, position)
    // A batch is bounded, so that a full socket is found before more is put into it (I7).
    if (isNews && this.#batch.length >= this.#parts.limits.catchUpPublications) this.flush()
  }

  #read(position: AtPosition): Promise<StreamView> {
    const { catchUpPublications, catchUpBytes } = this.#parts.limits
    return this.#parts.broker.read(this.resolved.channel, {
      after: position.offset,
      limit: catchUpPublications,
      bytes: catchUpBytes,
    })
  }

  async #find(position: AtPosition): Promise<Found> {
    const view = await this.#read(position)
    // The broker knows more than this node was told. The node reads on first: a reader must never stand where its feed
    // does not come, nor be reset to a life that is over.
    if (this.#isBehind(view)) await this.#catchUp()
    return this.#decide(position, view)
  }

  #isBehind({ epoch, head }: StreamView): boolean {
    const { position } = this
    if (epoch !== position.epoch || head.offset > position.offset) return true
    return head.offset === position.offset && head.check !== position.check
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
    const { checkpoint } = this.#value
    if (!checkpoint) return
    const { channel } = this.resolved
    this.#parts.broker
      .writeCheckpoint(channel, checkpoint)
      .catch((error) =>
        this.#parts.log.warn(
          `Could not keep the state of the channel ${JSON.stringify(channel)}: ${describeError(error)}`,
        ),
      )
  }
}

function samePlace(a: AtPosition, b: AtPosition): boolean {
  return a.offset === b.offset && a.check === b.check && a.epoch === b.epoch
}
