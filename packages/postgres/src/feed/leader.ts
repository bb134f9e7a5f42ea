/**
 * Leads a feed where this node gets the lock, and tries again where it does not.
 *
 *   stopped ── start ──▶ trying ── lock taken ──▶ leading ── woken, or the poll is due ──▶ looks, feeds what is new
 *                          ▲  another leads          │
 *                          └──── retry ◀─────────────┘ any failure: the session ends, and its lock with it
 */
import type { Log } from '@baro/core'
import type { Cancel } from '@baro/core/broker'
import type { HeldSession, PostgresDriver } from '../ports/driver.ts'
import type { Capture, CaptureWork } from './capture.ts'
import { type FeedRoundParts, feedRound } from './feed-round.ts'
import { RoundNumbers, type RoundNumbersParts } from './round-numbers.ts'
import { finishRound, look, prune, type RecordedRound, recordRound, resumeRounds, takeLock } from './rounds.ts'
import { schema } from './schema.ts'

/** What leading works with. */
export interface LeaderParts extends Omit<FeedRoundParts, 'session'>, Pick<RoundNumbersParts, 'randomness'> {
  readonly driver: PostgresDriver
  readonly log: Log
  /** How often it looks without being woken. */
  readonly pollIntervalMs: number
  /** How often it looks after the log and the triggers. */
  readonly careIntervalMs: number
  /** Called before it tries to lead: makes what is needed, if it is not there, and says how changes are captured. */
  prepare(): Promise<Capture>
  /** Called from time to time while this node leads: captures again what is not captured any more. */
  inspect(capture: Capture): Promise<void>
  /** Another life of the database has begun: every table begins again. */
  lifeChanged(): Promise<void>
}

/** What one time of leading has. */
interface Led {
  readonly session: HeldSession
  readonly capture: Capture
  readonly work: CaptureWork
  readonly numbers: RoundNumbers
  /** Why it cannot go on. */
  broken(): unknown
}

/** How long a node waits before it tries to lead again. */
const retryMs = 1_000
/**
 * The same, while what broke may have been a connection: after it has led, and after it had the lock and could not begin. It
 * grows to the other, so that a database that refuses us is left in peace.
 */
const resumeMs = 100

export class Leader {
  readonly #parts: LeaderParts
  #session: HeldSession | undefined
  readonly #stop = new AbortController()
  #isClosed = false
  #isWoken = false
  /** How long it waits before it tries again, and the same if it fails once more before it leads. */
  #waitMs = retryMs
  #nextWaitMs = resumeMs
  #wait: { readonly cancel: Cancel; readonly done: () => void } | undefined
  #over: Promise<void> = Promise.resolve()
  #complaint: string | undefined

  constructor(parts: LeaderParts) {
    this.#parts = parts
  }

  start(): void {
    this.#over = this.#run()
  }

  /** Something may have been committed. */
  wake(): void {
    this.#isWoken = true
    this.#wait?.done()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#stop.abort()
    this.wake()
    await this.#over
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      this.#waitMs = retryMs
      try {
        await this.#lead()
      } catch (error) {
        this.#complain(error)
      }
      await this.#session?.end().catch(() => {})
      this.#session = undefined
      if (!this.#isClosed) await this.#sleep(this.#waitMs)
    }
  }

  async #lead(): Promise<void> {
    const { driver, feed } = this.#parts
    const capture = await this.#parts.prepare()
    let broken: unknown
    const session = await driver.hold((error) => {
      broken = error
      this.wake()
    })
    this.#session = session
    if (!(await takeLock(session, feed))) return
    this.#waitMs = this.#nextWaitMs
    this.#nextWaitMs = Math.min(2 * this.#waitMs, retryMs)
    await session.listen(schema, () => this.wake())
    const numbers = new RoundNumbers(this.#parts)
    const round = await resumeRounds(session, feed, capture.kind)
    const { broker, clock, log, boundsOf } = this.#parts
    const stopped = this.#stop.signal
    const failed = (error: unknown) => {
      broken ??= error
      this.wake()
    }
    const work = await capture.lead({ session, feed, numbers, broker, clock, log, boundsOf, failed, stopped })
    this.#waitMs = this.#nextWaitMs = resumeMs
    try {
      await this.#lookOn({ session, capture, work, numbers, broken: () => broken }, round)
    } finally {
      await work.close()
    }
  }

  async #lookOn({ session, capture, work, numbers, broken }: Led, first: RecordedRound): Promise<void> {
    const { feed, clock, pollIntervalMs, careIntervalMs } = this.#parts
    let round = first
    let epoch: string | undefined
    let caredAt = Number.NEGATIVE_INFINITY
    while (!this.#isClosed) {
      if (broken() !== undefined) throw broken()
      this.#isWoken = false
      work.look()
      if (clock.elapsed() - caredAt >= careIntervalMs) {
        caredAt = clock.elapsed()
        await this.#parts.inspect(capture)
        await prune(session, feed)
        await work.care()
      }
      round = await this.#finish(session, round)
      const seen = await look(session, feed, round)
      if (epoch !== undefined && epoch !== seen.epoch) await this.#parts.lifeChanged()
      epoch = seen.epoch
      this.#complaint = undefined
      if (seen.hasNews || seen.hasWaiting)
        round = await recordRound(session, feed, round, await numbers.after(round.number))
      else if (!this.#isWoken) await this.#sleep(pollIntervalMs)
    }
  }

  /** Goes on with a round that was recorded, by this leader or by the one before. */
  async #finish(session: HeldSession, round: RecordedRound): Promise<RecordedRound> {
    if (round.isFinished) return round
    await feedRound({ ...this.#parts, session }, round)
    return finishRound(session, this.#parts.feed, round)
  }

  /** The same trouble is told once. */
  #complain(error: unknown): void {
    const what = error instanceof Error ? error.message : String(error)
    if (this.#isClosed || what === this.#complaint) return
    this.#complaint = what
    this.#parts.log.error(
      { code: 'unavailable' },
      `The changes of the database cannot be read, which is tried again every ${retryMs} ms: ${what}`,
    )
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        this.#wait = undefined
        resolve()
      }
      const cancel = this.#parts.clock.after(ms, done)
      this.#wait = { cancel, done }
    })
  }
}
