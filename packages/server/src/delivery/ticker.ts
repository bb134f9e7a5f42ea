import type { HubClock } from '@baro/core/broker'
import { Deque } from '@baro/core/broker'
import type { Counters } from '../observe/counters.ts'
import { type Gathered, type HandedOn, mayHandOn, mayHandOnAtOnce } from './hand-on.ts'
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
 * The shortest slice of each line before the event loop goes on. Slices are short, because what comes in between may be
 * for readers that are written first. A turn of the event loop that finds nothing takes 5 µs.
 */
const slicesMs = { known: 4, others: 1 }

/** The longest slice: the ticker does not make up at once for the time of a debugger or of one slow handler. */
const longestSliceMs = 50

/**
 * A look at the clock takes 0.1 µs, a short write 8 µs. While writes are quick, the ticker looks only after every
 * fourth one.
 */
const quickMs = 0.1
const writesBetweenLooks = 4

const none: readonly Gathering[] = []

/**
 * Gathers what one or more turns of the event loop produced (`hand-on.ts`). Then every channel hands its publications
 * to its readers, and every socket is written once. Under load, one write per socket is about 30 times cheaper, because
 * the system call is most of what a delivery costs (bench/README.md). Where little happens, there is nothing to gather: what
 * comes first in a turn is written as soon as the work that brought it is done. What follows in the same turn is written
 * at its end: to wake a client's process for each answer takes longer than to make the answer.
 *
 * If writing takes long, it is done in slices, and the event loop goes on in between. Sockets that are known to read
 * have a line of their own, which is written first. Each line gets a slice of every turn, so that neither waits for
 * ever.
 */
export class Ticker {
  readonly #clock: HubClock
  readonly #counters: Pick<Counters, 'paused' | 'writtenBytes'>
  /** Those that have gathered. Most ticks know only the first: to put it into a set and out of it costs more than to keep it. */
  #first: Gathering | undefined
  readonly #others = new Set<Gathering>()
  readonly #known = new Deque<Writing>()
  readonly #unknown = new Deque<Writing>()
  #scheduled = false
  /**
   * The empty run with which every outbox begins a tick. Each tick has a new one, because a run holds what follows it.
   */
  #nothing: Run = new Run()
  /** Counted in place: it changes with each publication. */
  readonly #gathered = { deliveries: 0, sinceMs: 0, lastMs: 0 } satisfies Gathered
  readonly #handedOn: { -readonly [Name in keyof HandedOn]: HandedOn[Name] } = {
    deliveries: 0,
    atMs: 0,
    tookMs: 0,
    writtenInMs: 0,
  }
  /** The turn of the event loop in which something was handed on or written before its end. */
  #atOnceIn: number | undefined
  /** When the event loop went on to other work; `undefined` if no socket waits for the next slice. */
  #leftAtMs: number | undefined

  constructor(clock: HubClock, counters: Pick<Counters, 'paused' | 'writtenBytes'>) {
    this.#clock = clock
    this.#counters = counters
  }

  /** Adds a channel that has gathered one more delivery for its readers. It is called for each, because they are counted. */
  gather(channel: Gathering): void {
    const gathered = this.#gathered
    gathered.lastMs = this.#clock.elapsed()
    if (gathered.deliveries++ === 0) gathered.sinceMs = gathered.lastMs
    if (!this.#hasGathered) this.#first = channel
    else if (channel !== this.#first) this.#others.add(channel)
    this.#schedule()
  }

  /** Adds something to write. `isKnown`: its socket is known to read, so it is written first. */
  write(writing: Writing, isKnown: boolean): void {
    if (isKnown) this.#known.push(writing)
    else this.#unknown.push(writing)
    this.#schedule()
  }

  /** Takes note of bytes that an outbox has handed to its socket. */
  wrote(bytes: number): void {
    this.#counters.writtenBytes += bytes
  }

  /** Writes everything that waits for its turn, because the node stops. */
  writeAll(): void {
    this.#writeSlice(this.#known, Number.POSITIVE_INFINITY)
    this.#writeSlice(this.#unknown, Number.POSITIVE_INFINITY)
  }

  /** The run that an outbox holds, with one more frame, or piece of one. */
  extend(run: Run | undefined, bytes: Uint8Array, isApart: boolean, channel: string | undefined): Run {
    return (run ?? this.#nothing).and(bytes, isApart, channel)
  }

  /** While something waits for the next slice, it is scheduled already. */
  #schedule(): void {
    if (this.#scheduled) return
    if (!mayHandOnAtOnce(this.#handedOn) || this.#clock.turn() === this.#atOnceIn) return this.#scheduleForEnd()
    this.#scheduled = true
    this.#clock.afterwards(() => this.#runAtOnce())
  }

  /** Schedules for the end of this turn of the event loop. */
  #scheduleForEnd(): void {
    this.#scheduled = true
    this.#clock.soon(() => this.#run())
    this.#clock.soon(() => this.#leave())
  }

  #runAtOnce(): void {
    this.#atOnceIn = this.#clock.turn()
    try {
      this.#run()
    } finally {
      this.#leave()
    }
  }

  #run(): void {
    const nowMs = this.#clock.elapsed()
    // A slice may be as long as all other work took: so half of the time is for what goes out, whatever comes in.
    const awayMs = Math.min(nowMs - (this.#leftAtMs ?? nowMs), longestSliceMs)
    try {
      if (this.#hasGathered && mayHandOn(this.#gathered, this.#handedOn, nowMs)) this.#handOn(nowMs)
      const othersMs = this.#known.length > 0 ? awayMs / 4 : awayMs
      this.#writeSlice(this.#known, Math.max(slicesMs.known, awayMs))
      this.#writeSlice(this.#unknown, Math.max(slicesMs.others, othersMs))
    } finally {
      this.#nothing = new Run()
      this.#pause()
    }
  }

  #handOn(nowMs: number): void {
    const { deliveries } = this.#gathered
    this.#gathered.deliveries = 0
    // If a channel throws, those after it stay in the set, and hand on in the next tick.
    const [first, others] = [this.#first, this.#others.size === 0 ? none : [...this.#others]]
    this.#first = undefined
    first?.flush()
    for (const channel of others) {
      this.#others.delete(channel)
      channel.flush()
    }
    const handedOn = this.#handedOn
    handedOn.deliveries = deliveries
    handedOn.atMs = nowMs
    handedOn.tookMs = this.#clock.elapsed() - nowMs
    handedOn.writtenInMs = undefined
  }

  #writeSlice(line: Deque<Writing>, sliceMs: number): void {
    if (line.length === 0) return
    const beganAtMs = this.#clock.elapsed()
    let nowMs = beganAtMs
    let untilLook = 1
    // What a flush adds to the line is written in the next tick.
    for (let left = line.length; left > 0 && nowMs - beganAtMs < sliceMs; left--) {
      line.shift()?.flush(nowMs)
      if (--untilLook > 0) continue
      const beforeMs = nowMs
      nowMs = this.#clock.elapsed()
      untilLook = nowMs - beforeMs < quickMs ? writesBetweenLooks : 1
    }
  }

  #pause(): void {
    const handedOn = this.#handedOn
    const isWriting = this.#isWriting
    if (isWriting) this.#counters.paused++
    else if (handedOn.writtenInMs === undefined) handedOn.writtenInMs = this.#clock.elapsed() - handedOn.atMs
    // Not earlier: what channels put into outboxes was written above, and needs no further tick.
    this.#scheduled = false
    if (isWriting || this.#hasGathered) this.#scheduleForEnd()
  }

  /** Runs after the work that writes leave in the event loop. For an answer over HTTP that is half of all its work. */
  #leave(): void {
    this.#leftAtMs = this.#isWriting ? this.#clock.elapsed() : undefined
  }

  get #isWriting(): boolean {
    return this.#known.length + this.#unknown.length > 0
  }

  get #hasGathered(): boolean {
    return this.#first !== undefined || this.#others.size > 0
  }
}
