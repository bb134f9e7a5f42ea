import { type Cancel, type Clock, Deque } from '@baro/core/broker'

interface Waiting {
  readonly dueMs: number
  readonly expire: () => void
  isOver: boolean
}

/** Ends what takes longer than a time that is the same for all: so whoever began first is due first, and one timer is enough. */
export class Deadlines {
  readonly #clock: Clock
  readonly #ms: number
  readonly #waiting = new Deque<Waiting>()
  #timer: Cancel | undefined

  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.#ms = ms
  }

  /** Returns a function that says that it is over. */
  add(expire: () => void): () => void {
    const waiting: Waiting = { dueMs: this.#clock.elapsed() + this.#ms, expire, isOver: false }
    this.#waiting.push(waiting)
    this.#timer ??= this.#clock.after(this.#ms, () => this.#look())
    return () => {
      waiting.isOver = true
      for (let front = this.#waiting.at(0); front?.isOver; front = this.#waiting.at(0)) this.#waiting.shift()
    }
  }

  close(): void {
    this.#timer?.()
    for (let front = this.#waiting.shift(); front; front = this.#waiting.shift()) if (!front.isOver) front.expire()
  }

  #look(): void {
    this.#timer = undefined
    const elapsed = this.#clock.elapsed()
    for (
      let front = this.#waiting.at(0);
      front && (front.isOver || front.dueMs <= elapsed);
      front = this.#waiting.at(0)
    ) {
      this.#waiting.shift()
      if (front.isOver) continue
      front.isOver = true
      front.expire()
    }
    const next = this.#waiting.at(0)
    if (next) this.#timer = this.#clock.after(Math.max(1, next.dueMs - elapsed), () => this.#look())
  }
}
