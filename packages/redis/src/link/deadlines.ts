import { type Cancel, type Clock, Deque } from '@baro/core/broker'

interface Waiting {
  readonly dueMs: number
  readonly expire: () => void
  isOver: boolean
}

/** How often it looks within the time, so that it finds out that the event loop has stood still. */
const looks = 4

/**
 * Ends what takes longer than a time that is the same for all: so whoever began first is due first, and one timer is enough. Nothing is sent and
 * nothing is read while the event loop stands still, so that time does not count; and what has come by then is read first.
 */
export class Deadlines {
  readonly #clock: Clock
  readonly #ms: number
  readonly #waiting = new Deque<Waiting>()
  #timer: Cancel | undefined
  /** When it is to look. */
  #lookAtMs = 0
  /** How long the event loop has stood still in all. */
  #stoodMs = 0

  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.#ms = ms
  }

  /** Returns a function that says that it is over. */
  add(expire: () => void): () => void {
    const waiting: Waiting = { dueMs: this.#awakeMs + this.#ms, expire, isOver: false }
    this.#waiting.push(waiting)
    if (!this.#timer) this.#lookIn(this.#ms)
    return () => {
      waiting.isOver = true
      for (let front = this.#waiting.at(0); front?.isOver; front = this.#waiting.at(0)) this.#waiting.shift()
    }
  }

  close(): void {
    this.#timer?.()
    for (let front = this.#waiting.shift(); front; front = this.#waiting.shift()) if (!front.isOver) front.expire()
  }

  /** The time in which the event loop did not stand still, as far as is known. */
  get #awakeMs(): number {
    return this.#clock.elapsed() - this.#stoodMs
  }

  #lookIn(ms: number): void {
    const inMs = Math.min(ms, this.#ms / looks)
    this.#lookAtMs = this.#clock.elapsed() + inMs
    this.#timer = this.#clock.after(inMs, () => this.#look())
  }

  #look(): void {
    this.#stoodMs += Math.max(0, this.#clock.elapsed() - this.#lookAtMs)
    if (this.#isDue(this.#waiting.at(0))) this.#timer = this.#clock.after(0, () => this.#expire())
    else this.#lookLater()
  }

  #isDue(front: Waiting | undefined): front is Waiting {
    return front !== undefined && (front.isOver || front.dueMs <= this.#awakeMs)
  }

  #expire(): void {
    for (let front = this.#waiting.at(0); this.#isDue(front); front = this.#waiting.at(0)) {
      this.#waiting.shift()
      if (front.isOver) continue
      front.isOver = true
      front.expire()
    }
    this.#lookLater()
  }

  #lookLater(): void {
    this.#timer = undefined
    const next = this.#waiting.at(0)
    if (next) this.#lookIn(Math.max(1, next.dueMs - this.#awakeMs))
  }
}
