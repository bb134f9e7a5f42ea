import type { Delivery } from '../ports/broker.ts'
import type { StreamFollower } from '../ports/stream-source.ts'
import type { Signal } from '../publication.ts'
import type { Report } from './report.ts'

interface FollowerEntry {
  readonly told: StreamFollower
  ended: boolean
}

interface Waiting {
  readonly delivery: Delivery
  readonly followers: readonly FollowerEntry[]
}

/** Who follows one channel. */
export class Followers {
  readonly #report: Report
  // Replaced, never changed: a delivery goes to those who followed when it was appended, also if others come meanwhile.
  #followers: readonly FollowerEntry[] = []
  readonly #waiting: Waiting[] = []
  #telling = false

  constructor(report: Report) {
    this.#report = report
  }

  get isEmpty(): boolean {
    return this.#followers.length === 0
  }

  /** Returns a function that stops it. */
  add(told: StreamFollower): () => void {
    const follower: FollowerEntry = { told, ended: false }
    this.#followers = [...this.#followers, follower]
    return () => {
      follower.ended = true
      this.#followers = this.#followers.filter((one) => one !== follower)
    }
  }

  /**
   * Tells all followers before it returns. A delivery that is made while another one is told waits for that one, so
   * that nobody sees the second publication before the first (I1).
   */
  deliver(delivery: Delivery): void {
    // An append without entries moves no position.
    if (delivery.publications.length === 0) return
    if (this.#telling) {
      this.#waiting.push({ delivery, followers: this.#followers })
      return
    }
    this.#telling = true
    try {
      this.#tell(delivery, this.#followers)
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift())
        this.#tell(next.delivery, next.followers)
    } finally {
      this.#telling = false
    }
  }

  signal(signal: Signal): void {
    for (const follower of this.#followers)
      if (!follower.ended) this.#guard(signal.channel, () => follower.told.signal(signal))
  }

  /** Nothing that was delivered counts any longer: everybody must read again (I2). */
  lost(channel: string): void {
    for (const follower of this.#followers) if (!follower.ended) this.#guard(channel, () => follower.told.lost())
  }

  #tell(delivery: Delivery, followers: readonly FollowerEntry[]): void {
    for (const follower of followers) {
      if (follower.ended) continue
      try {
        follower.told.deliver(delivery)
      } catch (error) {
        this.#threw(delivery.channel, error)
        // The follower did not take this delivery, so it must read again: else it would have a gap (I2).
        this.#guard(delivery.channel, () => follower.told.lost())
      }
    }
  }

  #guard(channel: string, call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#threw(channel, error)
    }
  }

  #threw(channel: string, error: unknown): void {
    this.#report(`A follower of "${channel}" threw; the others are not affected.`, error)
  }
}
