import type { Clock } from '@baro/core/broker'

/** How often bundles leave a busy node, at most. */
const everyMs = 2
/** A node that has called so often in the last moments is busy: about a thousand publishes a second. */
const busyFrom = 6

/**
 * When bundles leave. A node that has little to do waits for nothing: they leave right after all sockets of this turn were read. On a busy one a turn
 * is short and brings one or two publishes, and a command for each of them would cost more than all else; so there they leave every two
 * milliseconds, those of all scripts in one write.
 */
export class Pace {
  readonly #clock: Clock
  readonly #departures = new Set<() => void>()
  #isScheduled = false
  #leftAtMs = Number.NEGATIVE_INFINITY
  #calls = 0
  /** How many calls there were lately: those of two milliseconds ago count half. */
  #recent = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** One more call, which leaves with the next departure. */
  join(depart: () => void): void {
    this.#calls++
    this.#departures.add(depart)
    if (this.#isScheduled) return
    this.#isScheduled = true
    const waitMs = this.#recent < busyFrom ? 0 : this.#leftAtMs + everyMs - this.#clock.elapsed()
    if (waitMs > 0) this.#clock.after(waitMs, () => this.#leave())
    // No clock: it is not a matter of time.
    else setImmediate(() => this.#leave())
  }

  #leave(): void {
    const now = this.#clock.elapsed()
    this.#recent = this.#recent * 2 ** ((this.#leftAtMs - now) / everyMs) + this.#calls
    this.#leftAtMs = now
    this.#calls = 0
    this.#isScheduled = false
    const departures = [...this.#departures]
    this.#departures.clear()
    for (const depart of departures) depart()
  }
}
