import type { Publication, Signal } from '@baro/core'
import type { Clock } from '@baro/core/broker'
import type { AtPosition } from '@baro/core/protocol'
import { Batch } from '../delivery/batch.ts'
import { LatestSignals } from '../delivery/latest-signals.ts'
import { LiveGroup, type LiveReader } from '../delivery/live-group.ts'
import type { Gathering, Ticker } from '../delivery/ticker.ts'
import type { Observing } from '../observe/observation.ts'

/** What the live end of a feed works with. */
export interface LiveEndParts {
  readonly channel: string
  readonly ticker: Ticker
  readonly clock: Clock
  readonly observing: Observing
  /** A batch of this many leaves before the tick ends, so that a full socket is found before more goes into it (I7). */
  readonly maxPublications: number
}

const none: readonly Publication[] = []

/** The live readers of a feed, and the publications that the feed has not handed to them yet. */
export class LiveEnd implements Gathering {
  readonly #parts: LiveEndParts
  readonly #readers = new LiveGroup()
  /** Made at first use, because most channels have no such signals. */
  #lazyLatest: LatestSignals | undefined
  /** What was gathered: the first delivery, which is nearly always the only one, is not copied. */
  #first: readonly Publication[] = none
  #others: Publication[] = []
  /** The position that the gathered publications follow, and the one they lead to; `undefined` while there are none. */
  #follows: AtPosition | undefined
  #position: AtPosition | undefined

  constructor(parts: LiveEndParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#readers.size
  }

  /** Gathers the publications that led the feed from one position to the next. */
  gather(follows: AtPosition, publications: readonly Publication[], position: AtPosition): void {
    this.#follows ??= follows
    // Each time, not only the first: the ticker counts, and waits a little where they come in bunches.
    this.#parts.ticker.gather(this)
    if (this.#first.length === 0) this.#first = publications
    else this.#others.push(...publications)
    this.#position = position
    if (this.#first.length + this.#others.length >= this.#parts.maxPublications) this.flush()
  }

  /** Hands what was gathered to the readers. */
  flush(): void {
    const [follows, position] = [this.#follows, this.#position]
    if (!follows || !position) return
    const publications = this.#others.length === 0 ? this.#first : [...this.#first, ...this.#others]
    this.#first = none
    if (this.#others.length > 0) this.#others = []
    this.#follows = this.#position = undefined
    const { channel, observing } = this.#parts
    const readers = observing.delivered ? this.#readers.size : 0
    this.#readers.deliver(new Batch(channel, follows, position, publications))
    // After it: a reader that joins because of this has the batch already (I1).
    observing.delivered?.({
      ...{ channel, follows: follows.offset, offset: position.offset },
      ...{ publications: publications.length, readers },
      publishedAtMs: publications[0]?.time,
    })
  }

  signal(signal: Signal): void {
    if (signal.key === undefined) return this.#readers.signal([signal])
    this.#lazyLatest ??= new LatestSignals({
      clock: this.#parts.clock,
      handOn: (signals) => this.#readers.signal(signals),
    })
    this.#lazyLatest.take(signal)
  }

  /** Forgets the signals that wait. */
  end(): void {
    this.#lazyLatest?.end()
  }

  /**
   * Adds a reader that stands where the feed stands. What was gathered is handed out before: the new reader has it
   * already, and must not get it twice (I1).
   */
  join(reader: LiveReader): void {
    this.flush()
    this.#readers.join(reader)
  }

  leave(reader: LiveReader): void {
    this.#readers.leave(reader)
  }

  /** Hands out what was gathered, removes all readers, and returns them. */
  dissolve(): readonly LiveReader[] {
    this.flush()
    return this.#readers.dissolve()
  }
}
