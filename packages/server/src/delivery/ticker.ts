import type { HubClock } from '@baro/core'
import { Deque } from '../collections/deque.ts'
import type { Counters } from '../observe/counters.ts'
import { type Gathered, type HandedOn, mayHandOn } from './hand-on.ts'
import { Run } from './run.ts'

/** Something that gathers during a tick and hands on at its end. */
export interface Gathering {
  flush(): void
}

/** Something that is written when its turn comes. */
export interface Writing {
  flush(nowMs: number): void
}

/**
 * How long each line is written before the event loop goes on, at least: what came meanwhile is for readers that may be
 * written before those whose turn is next. A turn of the loop that finds nothing takes 5 µs.
 */
const slicesMs = { known: 4, others: 1 }

/** And at most: what a debugger or one slow handler has taken is not made up for at once. */
const longestSliceMs = 50

/**
 * A look at the clock takes a tenth of a microsecond, and a short write eight: as long as they are quick, not each of
 * them is followed by a look.
 */
const quickMs = 0.1
const writesBetweenLooks = 4

const noPublications: Gathered = { publications: 0, sinceMs: 0, lastMs: 0 }

const never: HandedOn = { publications: 0, atMs: 0, tookMs: 0, writtenInMs: 0 }

/**
 * Gathers what one turn of the event loop produced, or more (`hand-on.ts`). Then every channel hands its publications to
 * its readers, and every socket is written once. One write per socket is worth some 30 times under load: the system call
 * is most of what a delivery costs (bench/README.md).
 *
 * Where that takes long, it is done in slices, and the loop goes on in between. Those who are known to read have a line
 * of their own, which is written first; each line gets a slice of every turn, so that neither waits for ever.
 */
export class Ticker {
  readonly #clock: HubClock
  readonly #counters: Pick<Counters, 'paused'>
  readonly #channels = new Set<Gathering>()
  readonly #known = new Deque<Writing>()
  readonly #others = new Deque<Writing>()
  #scheduled = false
  /** What every outbox begins a tick with; a new one each tick, for it leads to all the frames of its tick. */
  #nothing: Run = new Run()
  #gathered = noPublications
  #handedOn = never
  /** When the event loop went on to other things, if sockets wait for the next slice. */
  #leftAtMs: number | undefined

  constructor(clock: HubClock, counters: Pick<Counters, 'paused'>) {
    this.#clock = clock
    this.#counters = counters
  }

  /** The channel has one more publication for its readers. */
  gather(channel: Gathering): void {
    const lastMs = this.#clock.elapsed()
    const { publications, sinceMs } = this.#gathered
    this.#gathered = { publications: publications + 1, sinceMs: publications === 0 ? lastMs : sinceMs, lastMs }
    this.#channels.add(channel)
    this.#schedule()
  }

  /** There is something to write; before all others, if whoever it is for is known to read. */
  write(writing: Writing, isKnown: boolean): void {
    if (isKnown) this.#known.push(writing)
    else this.#others.push(writing)
    this.#schedule()
  }

  /** Writes everything that waits for its turn: the node stops. */
  writeAll(): void {
    this.#writeSlice(this.#known, Number.POSITIVE_INFINITY)
    this.#writeSlice(this.#others, Number.POSITIVE_INFINITY)
  }

  /** What an outbox holds, and one more frame, or a piece of one. */
  extend(run: Run | undefined, bytes: Uint8Array, isApart: boolean): Run {
    return (run ?? this.#nothing).and(bytes, isApart)
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#clock.soon(() => this.#run())
    this.#clock.soon(() => this.#leave())
  }

  #run(): void {
    const nowMs = this.#clock.elapsed()
    // As long as everything else has taken: whatever comes in, half of the time is for what goes out.
    const awayMs = Math.min(nowMs - (this.#leftAtMs ?? nowMs), longestSliceMs)
    try {
      if (this.#channels.size > 0 && mayHandOn(this.#gathered, this.#handedOn, nowMs)) this.#handOn(nowMs)
      const othersMs = this.#known.length > 0 ? awayMs / 4 : awayMs
      this.#writeSlice(this.#known, Math.max(slicesMs.known, awayMs))
      this.#writeSlice(this.#others, Math.max(slicesMs.others, othersMs))
    } finally {
      this.#nothing = new Run()
      this.#pause()
    }
  }

  #handOn(nowMs: number): void {
    const { publications } = this.#gathered
    this.#gathered = noPublications
    // Those whose turn one that throws has taken hand on in the next tick.
    for (const channel of [...this.#channels]) {
      this.#channels.delete(channel)
      channel.flush()
    }
    this.#handedOn = { publications, atMs: nowMs, tookMs: this.#clock.elapsed() - nowMs, writtenInMs: undefined }
  }

  #writeSlice(line: Deque<Writing>, sliceMs: number): void {
    const beganAtMs = this.#clock.elapsed()
    let nowMs = beganAtMs
    let untilLook = 1
    // What these put in again has its turn in the next tick.
    for (let left = line.length; left > 0 && nowMs - beganAtMs < sliceMs; left--) {
      line.shift()?.flush(nowMs)
      if (--untilLook > 0) continue
      const beforeMs = nowMs
      nowMs = this.#clock.elapsed()
      untilLook = nowMs - beforeMs < quickMs ? writesBetweenLooks : 1
    }
  }

  #pause(): void {
    const nowMs = this.#clock.elapsed()
    const isWriting = this.#isWriting
    if (isWriting) this.#counters.paused++
    else if (this.#handedOn.writtenInMs === undefined)
      this.#handedOn = { ...this.#handedOn, writtenInMs: nowMs - this.#handedOn.atMs }
    // Only now: what a channel put into an outbox was written above and needs no further tick.
    this.#scheduled = false
    if (isWriting || this.#channels.size > 0) this.#schedule()
  }

  /** Called when what the writes leave behind in the event loop is done too: for an answer over HTTP, half of the work. */
  #leave(): void {
    this.#leftAtMs = this.#isWriting ? this.#clock.elapsed() : undefined
  }

  get #isWriting(): boolean {
    return this.#known.length + this.#others.length > 0
  }
}
