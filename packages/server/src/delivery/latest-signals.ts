import type { Signal } from '@baro/core'
import type { Cancel, Clock } from '@baro/core/broker'

/** How often a reader gets the newest signals that have a key: 30 times a second. */
const intervalMs = 1_000 / 30

/** Most keys that wait at once. Bounded, because whoever signals may have chosen them (I7). */
const maxWaiting = 1_000

/** What pacing works with. */
export interface LatestSignalsParts {
  readonly clock: Clock
  /** Hands on what is newest of each key, oldest first. */
  handOn(signals: readonly Signal[]): void
}

/**
 * The signals of a channel that have a key. Of one key, type and sender only the newest is worth something, so it takes the
 * place of those that were not handed on yet; all that have come leave together, 30 times a second. So a hundred people who
 * move their pointers cost a reader 30 writes a second, and the newest of each is always handed on.
 */
export class LatestSignals {
  readonly #parts: LatestSignalsParts
  readonly #waiting = new Map<string, Signal>()
  #handedOnAtMs = Number.NEGATIVE_INFINITY
  #cancel: Cancel | undefined

  constructor(parts: LatestSignalsParts) {
    this.#parts = parts
  }

  /** Takes a signal. The first after a pause is handed on at once. */
  take(signal: Signal): void {
    const { type, by, to, key } = signal
    // By whom it is, too: nobody takes the place of what another one says.
    const name = JSON.stringify([type, by, to, key])
    this.#waiting.delete(name)
    this.#waiting.set(name, signal)
    const { clock } = this.#parts
    const waitMs = this.#handedOnAtMs + intervalMs - clock.elapsed()
    if (waitMs <= 0 || this.#waiting.size >= maxWaiting) this.#handOn()
    else this.#cancel ??= clock.after(waitMs, () => this.#handOn())
  }

  /** Forgets what waits. */
  end(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#waiting.clear()
  }

  #handOn(): void {
    const newest = [...this.#waiting.values()]
    this.end()
    this.#handedOnAtMs = this.#parts.clock.elapsed()
    this.#parts.handOn(newest)
  }
}
