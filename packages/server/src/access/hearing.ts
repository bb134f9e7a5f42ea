/** What nodes tell each other, heard once for all who want to know. */
import type { Log } from '@baro/core'
import type { Broker, Clock, NodeMessage } from '@baro/core/broker'
import { describeError } from '../observe/describe-error.ts'

/** What hearing works with. */
export interface HearingParts {
  readonly broker: Pick<Broker, 'hear'>
  readonly clock: Clock
  readonly log: Log
}

/** Somebody who hears other nodes. */
export interface Hearer {
  heard(message: NodeMessage): void
  /** Something may have been missed. */
  missed(): void
}

/** How long it takes until a broker that cannot be heard is tried again. */
const retryMs = 1_000

export class Hearing {
  readonly #parts: HearingParts
  readonly #hearers: Hearer[] = []
  #stop: Promise<() => void> | undefined
  #isClosed = false

  constructor(parts: HearingParts) {
    this.#parts = parts
    this.#hear()
  }

  add(hearer: Hearer): void {
    this.#hearers.push(hearer)
  }

  close(): void {
    this.#isClosed = true
    this.#stop?.then((stop) => stop()).catch(() => {})
  }

  #hear(isLate = false): void {
    const { broker, clock, log } = this.#parts
    const stop = Promise.resolve().then(() =>
      broker.hear({
        heard: (message) => {
          for (const hearer of this.#hearers) hearer.heard(message)
        },
        lost: () => this.#missed(),
      }),
    )
    this.#stop = stop
    // Before it hears again, nothing that was told meanwhile would be heard of either.
    if (isLate) stop.then(() => this.#missed()).catch(() => {})
    stop.catch((error) => {
      if (this.#isClosed) return
      log.error({}, `Other nodes cannot be heard, which is tried again in ${retryMs} ms: ${describeError(error)}`)
      clock.after(retryMs, () => {
        if (this.#isClosed) return
        this.#hear(true)
      })
    })
  }

  #missed(): void {
    for (const hearer of this.#hearers) hearer.missed()
  }
}
