import type { HubClock } from '@baro/core'
import type { Outbox } from './outbox.ts'
import { Run } from './run.ts'

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
  readonly #clock: HubClock
  readonly #channels: Gathering[] = []
  readonly #outboxes: Outbox[] = []
  #scheduled = false
  /** What every outbox begins a tick with; a new one each tick, for it leads to all the frames of its tick. */
  #nothing: Run = new Run()

  constructor(clock: HubClock) {
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

  /** What an outbox holds, and one more frame. */
  extend(run: Run | undefined, frame: Uint8Array): Run {
    return (run ?? this.#nothing).and(frame)
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#clock.soon(() => this.#run())
  }

  #run(): void {
    try {
      takeAll(this.#channels, (channel) => channel.flush())
      const nowMs = this.#clock.elapsed()
      takeAll(this.#outboxes, (outbox) => outbox.flush(nowMs))
    } finally {
      // Only now: what a channel put into an outbox was written above and needs no further tick.
      this.#scheduled = false
      this.#nothing = new Run()
      if (this.#channels.length > 0 || this.#outboxes.length > 0) this.#schedule()
    }
  }
}

/** Takes what is in the list now. If one throws, those it kept from their turn stay for the next tick. */
function takeAll<T>(list: T[], take: (item: T) => void): void {
  const items = list.slice()
  let taken = 0
  try {
    for (const item of items) {
      taken++
      take(item)
    }
  } finally {
    list.splice(0, taken)
  }
}
