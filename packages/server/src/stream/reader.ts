import { BaroError } from '@baro/core'
import type { ResetReason } from '@baro/core/broker'
import type { AtPosition, Position } from '@baro/core/protocol'
import { type Principal, whoIn } from '../access/principal.ts'
import type { Batch } from '../delivery/batch.ts'
import type { BoundedQueue } from '../delivery/bounded-queue.ts'
import type { Dialect } from '../delivery/dialect.ts'
import type { EncodedSnapshot } from '../delivery/encode/encoded-snapshot.ts'
import type { LiveReader } from '../delivery/live-group.ts'
import { madeOnce } from '../delivery/made-once.ts'
import type { RoomWaiter } from '../delivery/outbox.ts'
import type { Counters } from '../observe/counters.ts'
import type { Found } from './answers.ts'
import type { Feed } from './feed.ts'
import { type ReaderEvent, type ReaderState, readerTransition } from './reader-machine.ts'

/**
 * What a transport does with what its reader finds. The reader asks `outbox.isFull` before it hands anything over, so
 * an outlet may always take it (I7). What the outlet or its queue throws ends the reader and goes to `failed`, which must
 * not throw.
 */
export interface Outlet<Said, SaidSignal = Said> {
  /** In which messages the reader is told what happens. */
  readonly dialect: Dialect<Said, SaidSignal>
  /**
   * `soon`: an answer that is known at once comes in a microtask, so that whoever begins has what it began before it is told
   * anything. Default: at once, because thousands that come back must not wait in a queue of promises.
   */
  readonly firstAnswer?: 'soon'
  /** The queue that bounds what the reader hands over. */
  readonly outbox: BoundedQueue
  /** The position was accepted. The batch is the first part of what follows it, and may be empty. */
  recovered(batch: Batch): void
  /**
   * A further part of what follows, from history, which leads to the position. Few readers get the same bytes, and a slow
   * one may hold them for long.
   */
  continued(said: Said, position: AtPosition): void
  /** What happens now, and the position that it leads to; all live readers of the dialect get the same. */
  deliver(said: Said, position: AtPosition): void
  /** A signal, as the dialect says it. */
  signal(said: SaidSignal): void
  /** The reader cannot continue from its position, and starts again from the snapshot. */
  reset(reason: ResetReason, snapshot: EncodedSnapshot): void
  /** The rule refuses, or the stream could not be read. The reader has ended. */
  failed(error: unknown): void
}

/** Where somebody stands in a channel. `asking`: nobody has answered yet. The offset is for people. */
export interface Standing {
  readonly is: 'asking' | 'live' | 'reading' | 'waiting'
  readonly offset: number | undefined
}

/** Who has it read. It is asked each time for whom, because a stream may go on for somebody else. */
export interface ReadsFor {
  readonly principal: Pick<Principal, 'user' | 'session' | 'rung' | 'address'>
}

const nobody: ReadsFor = { principal: {} }

/** Carries out what the reader machine decides: reads from the feed, hands to the outlet, joins and leaves the feed. */
export class Reader<Said, SaidSignal = Said> implements LiveReader<Said, SaidSignal>, RoomWaiter {
  readonly #feed: Feed
  readonly #outlet: Outlet<Said, SaidSignal>
  readonly #counters: Counters
  readonly #for: ReadsFor
  #state: ReaderState
  #isAnswered = false
  /** The last answer did not move the reader, and yet the reader is not at the head. */
  #isStuck = false
  /** It may not have what follows its position, so it begins as if it had none. */
  readonly #isRefused: boolean

  constructor(
    feed: Feed,
    outlet: Outlet<Said, SaidSignal>,
    counters: Counters,
    given: Position | undefined,
    isRefused = false,
    readsFor: ReadsFor = nobody,
  ) {
    this.#for = readsFor
    const position = isRefused ? undefined : given
    this.#isRefused = isRefused
    this.#feed = feed
    this.#outlet = outlet
    this.#counters = counters
    this.#state = { name: 'reading', position }
  }

  /**
   * Asks for the first answer. It may come at once, and observers and applications that are told of it may end the reader: so
   * whoever made it must know it before (I8).
   */
  start(): void {
    if (this.#outlet.firstAnswer === 'soon') queueMicrotask(() => this.#readFirst())
    else this.#readFirst()
  }

  #readFirst(): void {
    if (this.#state.name === 'reading') this.#read(this.#state.position)
  }

  /** Where it stands, for who looks. */
  get standing(): Standing {
    const { name } = this.#state
    if (name === 'live') return { is: 'live', offset: this.#feed.position.offset }
    if (name === 'ended') return { is: 'asking', offset: undefined }
    const { position } = this.#state as Extract<ReaderState, { readonly position: unknown }>
    return { is: name, offset: position && offsetOf(position) }
  }

  get dialect(): Dialect<Said, SaidSignal> {
    return this.#outlet.dialect
  }

  deliver(said: Said, batch: Batch): void {
    try {
      if (this.#outbox.isFull) {
        this.#counters.slow++
        this.#feed.observing.cut?.({ ...this.#who, offset: offsetOf(batch.follows) })
        this.#on({ name: 'cut', position: batch.follows })
      } else this.#outlet.deliver(said, batch.position)
    } catch (error) {
      this.#fail(error)
    }
  }

  get user(): string | undefined {
    return this.#for.principal.user?.id
  }

  signal(said: SaidSignal, isPassing: boolean): void {
    try {
      const { isFull, isCrowded = isFull } = this.#outbox
      if (!(isPassing ? isCrowded : isFull)) this.#outlet.signal(said)
      else this.#feed.observing['signal-dropped']?.(this.#who)
    } catch (error) {
      this.#fail(error)
    }
  }

  stale(position: AtPosition): void {
    this.#on({ name: 'stale', position })
  }

  /** The outbox has room again. */
  hasRoom(): void {
    this.#on({ name: 'drained' })
  }

  end(): void {
    this.#on({ name: 'end' })
  }

  get #who() {
    return whoIn(this.#feed.resolved.channel, this.#for.principal)
  }

  get #outbox(): BoundedQueue {
    return this.#outlet.outbox
  }

  #on(event: ReaderEvent): void {
    const { state, actions } = readerTransition(this.#state, event)
    this.#state = state
    for (const action of actions) {
      if (action === 'leave') this.#feed.leave(this)
      else if (action === 'join') this.#feed.join(this)
      else if (action === 'wait') this.#outbox.waitForRoom(this)
      else if (action === 'stop-waiting') this.#outbox.stopWaiting(this)
      else if (state.name === 'reading') this.#read(state.position)
    }
  }

  // It stays synchronous where the feed knows the answer: of thousands that reconnect, most stand at the head.
  #read(position: Position | undefined): void {
    try {
      const known = this.#feed.known(position)
      if (known) this.#take(known)
      else
        this.#feed
          .after(position)
          .then((found) => this.#take(found))
          .catch((error) => this.#fail(error))
    } catch (error) {
      this.#fail(error)
    }
  }

  #take(found: Found): void {
    if (this.#state.name !== 'reading') return
    if (this.#outbox.isFull) return this.#on({ name: 'crowded' })
    if (found.outcome === 'recovered') {
      const { batch } = found
      if (!this.#isAnswered) {
        this.#isAnswered = true
        this.#counters.recovered++
        this.#feed.observing.recovered?.({
          ...this.#who,
          ...{ offset: batch.position.offset, publications: batch.publications.length },
          isLive: this.#feed.isHead(batch.position),
        })
        if (this.#isEnded) return
        this.#outlet.recovered(batch)
      } else {
        const said = madeOnce(batch, this.dialect.encode)
        if (said !== undefined) this.#outlet.continued(said, batch.position)
        if (!this.#isEnded && this.#feed.isHead(batch.position))
          this.#feed.observing.live?.({ ...this.#who, offset: batch.position.offset })
      }
      return this.#continue(batch.position, !batch.leadsOn)
    }
    const { snapshot } = this.#feed
    if (snapshot) this.#reset(found.reason, snapshot)
    else
      this.#feed
        .loadSnapshot()
        .then((loaded) => this.#reset(found.reason, loaded))
        .catch((error) => this.#fail(error))
  }

  #reset(found: ResetReason, snapshot: EncodedSnapshot): void {
    if (this.#state.name !== 'reading') return
    const reason = this.#isRefused && !this.#isAnswered ? 'refused' : found
    if (this.#outbox.isFull) return this.#on({ name: 'crowded' })
    if (snapshot.position.kind === 'none')
      throw new BaroError('unavailable', 'The snapshot has no position that anything could follow. Try again.')
    this.#isAnswered = true
    this.#counters.reset[reason]++
    const { position } = snapshot
    this.#feed.observing.reset?.({
      ...this.#who,
      ...{ reason, offset: offsetOf(position) },
      isLive: this.#feed.isHead(position),
    })
    if (this.#isEnded) return
    this.#outlet.reset(reason, snapshot)
    this.#continue(snapshot.position, false)
  }

  /** Whoever is told of an answer may end the reader: asked after each call outwards. */
  get #isEnded(): boolean {
    return this.#state.name === 'ended'
  }

  #continue(position: Position, ledNowhere: boolean): void {
    const atHead = this.#feed.isHead(position)
    // The first time, a publication may have come while the answer was on its way. A second time, it would go on for
    // ever.
    const isStuck = ledNowhere && !atHead
    if (isStuck && this.#isStuck)
      throw new BaroError('unavailable', 'The broker does not give what follows this position. Try again.')
    this.#isStuck = isStuck
    this.#on({ name: 'answered', position, atHead, hasRoom: !this.#outbox.isFull })
  }

  /** An outlet that throws may not have what it was handed, so the reader must not go on as if it had (I2). */
  #fail(error: unknown): void {
    if (this.#isEnded) return
    this.end()
    this.#outlet.failed(error)
  }
}

function offsetOf(position: Position): number | undefined {
  return position.kind === 'at' ? position.offset : undefined
}
