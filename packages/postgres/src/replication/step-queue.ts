/**
 * Steps that have come and are not taken yet. The stream waits while they are many (I7), and for a moment where transactions follow
 * each other closely: to read each one by itself costs more than to decode it.
 */
import type { Cancel, Clock } from '@baro/core/broker'
import type { StreamStep } from './stream-reader.ts'

/** Bytes of changes at which the stream waits, and at which it goes on. */
const bounds = { pause: 2 << 20, resume: 1 << 20 } as const
/** What a step costs besides its values. */
const stepBytes = 64
/** Behind a transaction that ended so soon after another, the next ones gather for as long. */
const gatherMs = 1

export interface StepQueueParts {
  readonly clock: Pick<Clock, 'elapsed' | 'after'>
  pause(): void
  resume(): void
}

export class StepQueue {
  readonly #parts: StepQueueParts
  #steps: StreamStep[] = []
  #next = 0
  #bytes = 0
  /** Why the stream waits. */
  readonly #holds = new Set<'full' | 'gathering'>()
  #committedAtMs = Number.NEGATIVE_INFINITY
  #stopGathering: Cancel | undefined
  #isClosed = false
  #waiting: (() => void) | undefined

  constructor(parts: StepQueueParts) {
    this.#parts = parts
  }

  push(step: StreamStep): void {
    // Of places that follow each other, the last one says it all.
    const last = this.#steps.length - 1
    if (step.kind === 'quiet' && last >= this.#next && this.#steps[last]?.kind === 'quiet') this.#steps[last] = step
    else {
      this.#steps.push(step)
      this.#bytes += bytesOf(step)
    }
    if (this.#bytes >= bounds.pause) this.#hold('full')
    if (step.kind === 'commit' && !this.#holds.has('gathering')) this.#committed()
    this.wake()
  }

  /** The next step, if there is one. */
  take(): StreamStep | undefined {
    const step = this.#steps[this.#next]
    if (!step) return undefined
    this.#next++
    if (this.#next === this.#steps.length || this.#next > 4_096) {
      this.#steps = this.#steps.slice(this.#next)
      this.#next = 0
    }
    this.#bytes -= bytesOf(step)
    if (this.#holds.size > 0 && this.#bytes <= bounds.resume) this.#release('full')
    return step
  }

  /** The next step, which stays. */
  get first(): StreamStep | undefined {
    return this.#steps[this.#next]
  }

  get isEmpty(): boolean {
    return this.#next === this.#steps.length
  }

  /** Resolves when there is a step, or when it is woken; at once when it is closed. */
  async some(): Promise<void> {
    if (this.isEmpty && !this.#isClosed)
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
  }

  wake(): void {
    this.#waiting?.()
    this.#waiting = undefined
  }

  close(): void {
    this.#isClosed = true
    this.#stopGathering?.()
    this.wake()
  }

  #committed(): void {
    const { clock } = this.#parts
    const now = clock.elapsed()
    const isClose = now - this.#committedAtMs < gatherMs
    this.#committedAtMs = now
    if (!isClose) return
    this.#hold('gathering')
    this.#stopGathering = clock.after(gatherMs, () => {
      // What gathered comes at once, and is followed closely if there is any.
      this.#committedAtMs = clock.elapsed()
      this.#release('gathering')
    })
  }

  #hold(why: 'full' | 'gathering'): void {
    if (this.#holds.size === 0) this.#parts.pause()
    this.#holds.add(why)
  }

  #release(why: 'full' | 'gathering'): void {
    if (this.#holds.delete(why) && this.#holds.size === 0) this.#parts.resume()
  }
}

function bytesOf(step: StreamStep): number {
  return stepBytes + (step.kind === 'change' ? step.bytes : 0)
}
