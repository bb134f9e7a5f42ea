import { type AtPosition, BaroError, type Position, type ResetReason } from '@baro/core'
import type { Batch } from '../delivery/batch.ts'
import { encodeOnce, type Form } from '../delivery/form.ts'
import type { LiveReader } from '../delivery/live-group.ts'
import type { Outbox, RoomWaiter } from '../delivery/outbox.ts'
import type { Counters } from '../observe/counters.ts'
import type { EncodedSnapshot } from './channel-value.ts'
import type { Feed, Found } from './feed.ts'
import { type ReaderEvent, type ReaderState, readerTransition } from './reader-machine.ts'
import { isSamePlace } from './same-place.ts'

/** What a transport does with what its reader finds. */
export interface Outlet {
  readonly form: Form
  readonly outbox: Outbox
  /** The position was accepted; this is the beginning of what follows it. */
  recovered(batch: Batch): void
  /** Nothing can follow the position: start again from the snapshot. */
  reset(reason: ResetReason, snapshot: EncodedSnapshot): void
  /** The stream could not be read; the reader has ended. */
  failed(error: unknown): void
}

/** Carries out what the reader machine decides: reads from the feed, hands to the outlet, joins and leaves. */
export class Reader implements LiveReader, RoomWaiter {
  readonly form: Form
  readonly #feed: Feed
  readonly #outlet: Outlet
  readonly #outbox: Outbox
  readonly #counters: Counters
  #state: ReaderState
  #isAnswered = false
  /** The last answer brought nothing, and yet something must follow. */
  #isStuck = false

  constructor(feed: Feed, outlet: Outlet, counters: Counters, position: Position | undefined) {
    this.form = outlet.form
    this.#feed = feed
    this.#outlet = outlet
    this.#outbox = outlet.outbox
    this.#counters = counters
    this.#state = { name: 'reading', position }
    this.#read(position)
  }

  deliver(bytes: Uint8Array, batch: Batch): void {
    if (this.#outbox.isFull) {
      this.#counters.slow++
      this.#on({ name: 'cut', position: batch.follows })
    } else this.#outbox.deliver(bytes)
  }

  signal(bytes: Uint8Array): void {
    if (!this.#outbox.isFull) this.#outbox.deliver(bytes)
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

  // Stays synchronous where the feed answers at once: of thousands that reconnect, most stand at the head.
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
        this.#outlet.recovered(batch)
      } else if (batch.publications.length > 0) this.#outbox.deliverPieces([encodeOnce(this.form, batch)])
      return this.#continue(batch.position, isSamePlace(batch.position, batch.follows))
    }
    const { snapshot } = this.#feed
    if (snapshot) this.#reset(found.reason, snapshot)
    else
      this.#feed
        .loadSnapshot()
        .then((loaded) => this.#reset(found.reason, loaded))
        .catch((error) => this.#fail(error))
  }

  #reset(reason: ResetReason, snapshot: EncodedSnapshot): void {
    if (this.#state.name !== 'reading') return
    if (this.#outbox.isFull) return this.#on({ name: 'crowded' })
    this.#isAnswered = true
    this.#counters.reset[reason]++
    this.#outlet.reset(reason, snapshot)
    this.#continue(snapshot.position, false)
  }

  #continue(position: AtPosition, hasStayed: boolean): void {
    const atHead = this.#feed.isHead(position)
    // Once is a publication that came while the answer was on its way; twice would go on for ever.
    const isStuck = hasStayed && !atHead
    if (isStuck && this.#isStuck)
      throw new BaroError('unavailable', 'The broker does not give what follows this position. Try again.')
    this.#isStuck = isStuck
    this.#on({ name: 'answered', position, atHead, hasRoom: !this.#outbox.isFull })
  }

  #fail(error: unknown): void {
    if (this.#state.name === 'ended') return
    this.end()
    this.#outlet.failed(error)
  }
}
