import type { AtPosition, Publication, Signal } from '@baro/core'
import { Batch } from '../delivery/batch.ts'
import { LiveGroup, type LiveReader } from '../delivery/live-group.ts'
import type { Gathering, Ticker } from '../delivery/ticker.ts'

/** What the live end of a feed works with. */
export interface LiveEndParts {
  readonly channel: string
  readonly ticker: Ticker
  /** A longer batch is handed out before its time, so that a full socket is found before more is put into it (I7). */
  readonly maxPublications: number
}

/** The readers that stand where their feed stands, and what it has not handed to them yet. */
export class LiveEnd implements Gathering {
  readonly #parts: LiveEndParts
  readonly #readers = new LiveGroup()
  #gathered: Publication[] = []
  /** What was gathered follows this position, and leads to that; the same while nothing is gathered. */
  #follows: AtPosition | undefined
  #position: AtPosition | undefined

  constructor(parts: LiveEndParts) {
    this.#parts = parts
  }

  /** The feed went on, from one position to the next. */
  gather(follows: AtPosition, publications: readonly Publication[], position: AtPosition): void {
    if (!this.#follows) {
      this.#follows = follows
      this.#parts.ticker.gather(this)
    }
    this.#gathered.push(...publications)
    this.#position = position
    if (this.#gathered.length >= this.#parts.maxPublications) this.flush()
  }

  /** Hands what was gathered to the readers. */
  flush(): void {
    const [follows, position, publications] = [this.#follows, this.#position, this.#gathered]
    if (!follows || !position) return
    this.#gathered = []
    this.#follows = this.#position = undefined
    this.#readers.deliver(new Batch(this.#parts.channel, follows, position, publications))
  }

  signal(signal: Signal): void {
    this.#readers.signal(signal)
  }

  /**
   * Takes in a reader that stands where the feed stands. What was gathered is handed out first: the reader has it already,
   * and must not get it twice (I1).
   */
  join(reader: LiveReader): void {
    this.flush()
    this.#readers.join(reader)
  }

  leave(reader: LiveReader): void {
    this.#readers.leave(reader)
  }

  /** Hands out what was gathered, lets everybody go, and returns who was here. */
  dissolve(): readonly LiveReader[] {
    this.flush()
    return this.#readers.dissolve()
  }
}
