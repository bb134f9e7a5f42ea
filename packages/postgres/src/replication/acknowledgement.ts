/** Tells the server up to where it may forget its log: at once, and where rounds follow each other closely, of several in one. */
import type { Clock } from '@baro/core/broker'
import { statusFrame } from './replication-frame.ts'

/** How often the server hears that we are there. It gives up after a minute by default. */
const aliveIntervalMs = 10_000
/**
 * One status is a write to a socket: 5 µs, where decoding a small transaction takes 4 (*measured*). Readers of a snapshot wait for what was
 * acknowledged, so it is not put off for longer.
 */
const leastIntervalMs = 20

export interface AcknowledgementParts {
  readonly clock: Pick<Clock, 'after'>
  send(frame: Buffer): void
}

export class Acknowledgement {
  readonly #parts: AcknowledgementParts
  #place = 0n
  #told = 0n
  /** Ends the pause after a status. */
  #endPause: (() => void) | undefined
  #stopAlive: () => void = () => {}

  constructor(parts: AcknowledgementParts) {
    this.#parts = parts
    this.#stayAlive()
  }

  /** Everything before this place was handed on. */
  upTo(place: bigint): void {
    if (place <= this.#place) return
    this.#place = place
    if (!this.#endPause) this.#tellAndPause()
  }

  /** Tells it now: the server waits for it. */
  tell(): void {
    if (this.#place === 0n) return
    this.#told = this.#place
    this.#parts.send(statusFrame(this.#place))
  }

  /** What is not told yet stays so: who follows gets it once more. */
  close(): void {
    this.#stopAlive()
    this.#endPause?.()
  }

  #tellAndPause(): void {
    this.tell()
    this.#endPause = this.#parts.clock.after(leastIntervalMs, () => {
      this.#endPause = undefined
      if (this.#told < this.#place) this.#tellAndPause()
    })
  }

  #stayAlive(): void {
    this.#stopAlive = this.#parts.clock.after(aliveIntervalMs, () => {
      this.tell()
      this.#stayAlive()
    })
  }
}
