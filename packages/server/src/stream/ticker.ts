import type { Clock } from '@baro/core'
import { concatenate, type Outbox } from './outbox.ts'

/** Something that gathers during a tick and hands on at its end. */
export interface Gathering {
  flush(): void
}

/**
 * Gathers what one turn of the event loop produced. At its end every channel hands its publications to its readers,
 * then every socket is written once. One write per socket and tick is worth 30 to 40 times under load: the system call
 * is most of what a delivery costs (bench/README.md).
 */
export class Ticker {
  readonly #clock: Clock
  #channels: Gathering[] = []
  #outboxes: Outbox[] = []
  #scheduled = false
  // Most sockets of a tick have the same pending frames: joined once, shared by all of them.
  #lastParts: readonly Uint8Array[] = []
  #lastJoined: Uint8Array = new Uint8Array(0)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The channel has publications for its readers. */
  gather(channel: Gathering): void {
    this.#channels.push(channel)
    this.#schedule()
  }

  /** The outbox has something to write. */
  write(outbox: Outbox): void {
    this.#outboxes.push(outbox)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#clock.soon(() => this.#run())
  }

  #run(): void {
    try {
      const channels = this.#channels
      this.#channels = []
      for (const channel of channels) channel.flush()
      const outboxes = this.#outboxes
      this.#outboxes = []
      const nowMs = this.#clock.elapsed()
      const join = (parts: readonly Uint8Array[]) => this.#join(parts)
      for (const outbox of outboxes) outbox.flush(nowMs, join)
      this.#lastParts = []
    } finally {
      // Only now: what a channel put into an outbox was written above and needs no further tick.
      this.#scheduled = false
      if (this.#channels.length > 0 || this.#outboxes.length > 0) this.#schedule()
    }
  }

  #join(parts: readonly Uint8Array[]): Uint8Array {
    if (parts.length === 1) return concatenate(parts)
    const last = this.#lastParts
    if (parts.length !== last.length || parts.some((part, index) => part !== last[index])) {
      this.#lastParts = parts
      this.#lastJoined = concatenate(parts)
    }
    return this.#lastJoined
  }
}
