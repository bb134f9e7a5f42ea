/**
 * A node's own reader of one channel. It follows the stream, folds the value, and hands every publication to the live
 * readers of this node. `feed-machine.ts` decides what it does next.
 */

import { BaroError, type Log } from '@baro/core'
import type {
  Broker,
  Cancel,
  Clock,
  Delivery,
  Entry,
  ProposedCheckpoint,
  Recover,
  StreamSource,
  StreamView,
} from '@baro/core/broker'
import { type AtPosition, type Position, positionAfter } from '@baro/core/protocol'
import type { Resolved } from '../channel/registry.ts'
import type { EncodedSnapshot } from '../delivery/encode/encoded-snapshot.ts'
import type { LiveReader } from '../delivery/live-group.ts'
import type { Ticker } from '../delivery/ticker.ts'
import type { Counters } from '../observe/counters.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Observing } from '../observe/observation.ts'
import type { Limits } from '../ports/limits.ts'
import { Answers, type Found } from './answers.ts'
import { ChannelValue } from './channel-value.ts'
import { type FeedAction, type FeedEvent, type FeedState, feedTransition } from './feed-machine.ts'
import type { ForeignEvents } from './foreign-events.ts'
import type { Heads } from './heads.ts'
import { LiveEnd } from './live-end.ts'
import { RecentPublications } from './recent-publications.ts'
import { isSamePosition } from './same-position.ts'
import { type Progress, ValueLoader } from './value-loader.ts'

/** What a feed needs of its hub. */
export interface FeedParts {
  /** Keeps the states of channels. */
  readonly broker: Pick<Broker, 'readCheckpoint' | 'writeCheckpoint'>
  /** What stands behind the feed of a channel. */
  sourceOf(resolved: Resolved): StreamSource
  readonly clock: Clock
  readonly ticker: Ticker
  readonly limits: Limits
  readonly counters: Counters
  readonly observing: Observing
  readonly log: Log
  readonly recover: Recover
  readonly foreignEvents: ForeignEvents
  /** Learns what the feed has heard, for pages that show the channel. */
  readonly heads: Pick<Heads, 'moved'>
}

/** How long a feed waits before it reads again, after a read failed. */
const retryMs = 1_000

export class Feed {
  readonly resolved: Resolved
  /** Settles when the feed has reached the head once; rejects if the stream cannot be read. */
  readonly opened: Promise<void>
  readonly #parts: FeedParts
  readonly #source: StreamSource
  readonly #loader: ValueLoader
  readonly #live: LiveEnd
  readonly #answers: Answers
  readonly #recent: RecentPublications
  #state: FeedState = { name: 'opening', again: false }
  /** The value in the current life of the stream. Another life gets another object. */
  #value: ChannelValue
  /** Deliveries that came while the feed opens. */
  #kept: Delivery[] = []
  /** The newest read: settles when the feed has reached the head, or could not. */
  #reading: Promise<void> | undefined
  #cancelWait: Cancel | undefined
  #stopFollowing: (() => void) | undefined
  /** The position of an append that wants a checkpoint: one is written as soon as the value stands there or further. */
  #checkpointFrom: AtPosition | undefined

  constructor(resolved: Resolved, parts: FeedParts) {
    const { channel } = resolved
    this.resolved = resolved
    this.#parts = parts
    this.#source = parts.sourceOf(resolved)
    this.#recent = new RecentPublications(parts.clock, parts.limits, resolved.definition.history)
    this.#loader = new ValueLoader(resolved, this.#source, { ...parts, recent: this.#recent })
    this.#live = new LiveEnd({
      ...{ channel, ticker: parts.ticker, clock: parts.clock, observing: parts.observing },
      maxPublications: parts.limits.catchUpPublications,
    })
    this.#value = new ChannelValue(resolved, { ...parts, source: this.#source })
    this.#answers = new Answers({
      ...{ channel, clock: parts.clock, source: this.#source, recover: parts.recover, recent: this.#recent },
      read: (position) => this.#loader.read(position),
      position: () => this.position,
      catchUp: () => this.#catchUp(),
    })
    this.opened = this.#open()
  }

  /** For its readers. */
  get observing(): Observing {
    return this.#parts.observing
  }

  /** Where the feed stands. The readers may be a little behind, because batches leave at the end of a tick. */
  get position(): AtPosition {
    return this.#value.position
  }

  get isOpen(): boolean {
    return this.#state.name !== 'opening' && this.#state.name !== 'closed'
  }

  /** Whether its value is folded from the publications, one after the other. */
  get isFolded(): boolean {
    return this.#value.isReduced
  }

  /** Live readers of this node. */
  get readers(): number {
    return this.#live.size
  }

  /** Whether the feed stands at this position, so that nothing follows it yet. */
  isHead(position: Position): boolean {
    return position.kind === 'at' && isSamePosition(position, this.position)
  }

  /** Adds a live reader, which must stand at the feed's position. */
  join(reader: LiveReader): void {
    this.#live.join(reader)
  }

  leave(reader: LiveReader): void {
    this.#live.leave(reader)
  }

  /** What follows a position, where that is known without reading. */
  known(position: Position | undefined): Found | undefined {
    return this.#answers.known(position)
  }

  /** What follows a position: recovered or reset (I2, I4). */
  after(position: Position | undefined): Promise<Found> {
    return this.#answers.after(position)
  }

  /** At most `limit` of the newest publications, up to an offset or up to the head. */
  readNewest(limit: number, until?: number): Promise<StreamView> {
    const range = { limit, bytes: this.#parts.limits.catchUpBytes }
    return this.#source.read(until === undefined ? range : { ...range, until })
  }

  /** The newest value at its position, one object for all; `undefined` if it must be loaded. */
  get snapshot(): EncodedSnapshot | undefined {
    return this.#value.snapshot
  }

  /** The newest value at its position, loaded if necessary. */
  async loadSnapshot(): Promise<EncodedSnapshot> {
    if (this.#value.isSpoiled) await this.#catchUp()
    return this.#value.loadSnapshot()
  }

  /**
   * Keeps the state as it is at the head: whatever was taken back before the call is then in no state that is kept.
   *
   * @throws {BaroError} `unavailable`.
   */
  async keepState(): Promise<void> {
    await this.#catchUp()
    const { checkpoint } = this.#value
    if (checkpoint) await this.#parts.broker.writeCheckpoint(this.resolved.channel, checkpoint)
  }

  /** The state that these entries lead to if they come next. It goes in with their append. */
  propose(entries: readonly Entry[]): ProposedCheckpoint | undefined {
    return this.#value.propose(entries)
  }

  /** Takes note of an append of this node, which kept the state at its position, or wants it as soon as it is known. */
  appended(position: AtPosition, { wantsCheckpoint }: { readonly wantsCheckpoint: boolean }): void {
    if (wantsCheckpoint) this.#checkpointFrom = position
    else if (this.isHead(position)) this.#value.keptHere()
    this.#keepWhereWanted()
  }

  close(): void {
    this.#live.flush()
    this.#live.end()
    this.#answers.forget()
    this.#recent.end()
    this.#stopFollowing?.()
    this.#on({ name: 'close' })
  }

  async #open(): Promise<void> {
    // It follows before it reads. What is appended in between is delivered, kept, and joined by position (I2).
    const stop = await this.#source.follow({
      deliver: (delivery) => this.#deliver(delivery),
      signal: (signal) => this.#live.signal(signal),
      lost: () => this.#on({ name: 'lost' }),
    })
    if (this.#state.name === 'closed') stop()
    else this.#stopFollowing = stop
    const value = await this.#loader.load()
    if (this.#state.name === 'closed')
      throw new BaroError('unavailable', 'The hub was closed while a channel was opened. Ask another node.')
    this.#value = value
    this.#keepWhereWanted()
    this.#on({ name: 'opened' })
  }

  #deliver(delivery: Delivery): void {
    const { follows, position } = delivery
    const isAhead = position.epoch !== this.position.epoch || position.offset > this.position.offset
    const where = isSamePosition(follows, this.position) ? 'follows' : isAhead ? 'ahead' : 'behind'
    this.#on({ name: 'delivered', where }, delivery)
  }

  #on(event: FeedEvent, delivery?: Delivery): void {
    const { state, actions } = feedTransition(this.#state, event)
    this.#state = state
    for (const action of actions) this.#do(action, delivery)
  }

  #do(action: FeedAction, delivery: Delivery | undefined): void {
    switch (action) {
      case 'keep':
        if (delivery) this.#kept.push(delivery)
        return
      case 'deliver-kept': {
        const kept = this.#kept
        this.#kept = []
        for (const one of kept) this.#deliver(one)
        return
      }
      case 'apply':
        if (delivery) this.#apply(delivery)
        return
      case 'count-gap':
        this.#parts.counters.gaps++
        this.#parts.observing.gap?.({ channel: this.resolved.channel, offset: this.position.offset })
        return
      case 'read':
        this.#reading = this.#readOn()
        // `#catchUp` waits for the failure. If nobody waits, `failed` has already told the machine.
        this.#reading.catch(() => {})
        return
      case 'wait':
        this.#cancelWait = this.#parts.clock.after(retryMs, () => this.#on({ name: 'due' }))
        return
      case 'stop-waiting':
        this.#cancelWait?.()
    }
  }

  async #readOn(): Promise<void> {
    try {
      const isSame = await this.#loader.readOn(this.#value, (progress) => this.#apply(progress))
      if (!isSame) this.#startOver(await this.#loader.load())
    } catch (error) {
      if (this.#state.name === 'reading')
        this.#parts.log.error(
          { channel: this.resolved.channel },
          `Could not read the channel ${JSON.stringify(this.resolved.channel)}, which is tried again in ${retryMs} ms: ${describeError(error)}`,
        )
      this.#on({ name: 'failed' })
      throw error
    }
    this.#on({ name: 'read' })
    // Something came during the read, so the machine has begun another one.
    if (this.#state.name === 'reading') await this.#reading
  }

  #apply({ publications, position }: Progress): void {
    const follows = this.position
    this.#answers.forget()
    this.#recent.push(follows, { publications, position })
    this.#value.apply(publications, position)
    this.#parts.foreignEvents.heard(this.resolved, publications)
    this.#live.gather(follows, publications, position)
    this.#keepWhereWanted()
    // Of a table its position moves without a change of its own, which makes no page stale (I10).
    const last = publications.at(-1)
    if (last) {
      const head = last.offset === position.offset ? position : positionAfter(position.epoch, last)
      this.#parts.heads.moved(this.resolved.channel, head)
    }
    // The machine reads on, finds that nothing follows from such a value, and loads another.
    if (this.#value.isSpoiled) this.#on({ name: 'asked' })
  }

  /**
   * Goes over to another life of the stream, or to a state without what was taken back. The readers leave first, so that nothing of the new life reaches them as
   * if it followed what they have. They read from the position that they had, and are told `reset` (I4).
   */
  #startOver(value: ChannelValue): void {
    if (this.#state.name === 'closed') return
    const readers = this.#live.dissolve()
    const had = this.position
    this.#value = value
    this.#answers.forget()
    if (value.position.epoch !== had.epoch)
      this.#parts.observing['begun-anew']?.({ channel: this.resolved.channel, offset: value.position.offset })
    this.#keepWhereWanted()
    for (const reader of readers) reader.stale(had)
  }

  async #catchUp(): Promise<void> {
    this.#on({ name: 'asked' })
    await this.#reading
  }

  /** Keeps a checkpoint where an append has wanted one, or where nobody seems to have kept one for long. */
  #keepWhereWanted(): void {
    const from = this.#checkpointFrom
    const isThere = from !== undefined && (from.epoch !== this.position.epoch || from.offset <= this.position.offset)
    const { checkpoint, isFarFromKept } = this.#value
    if (!checkpoint || !(isThere || isFarFromKept)) return
    this.#checkpointFrom = undefined
    this.#value.keptHere()
    const { channel } = this.resolved
    this.#parts.broker
      .writeCheckpoint(channel, checkpoint)
      .catch((error) =>
        this.#parts.log.warn(
          { channel },
          `Could not keep the state of the channel ${JSON.stringify(channel)}: ${describeError(error)}`,
        ),
      )
  }
}
