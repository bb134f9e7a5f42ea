/** Steps that have come and are not taken yet. When they are many, the stream is told to wait. */
import type { StreamStep } from './stream-reader.ts'

/** Bytes of changes at which the stream waits, and at which it goes on. */
const bounds = { pause: 2 << 20, resume: 1 << 20 } as const
/** What a step costs besides its values. */
const stepBytes = 64

export interface StepQueueParts {
  pause(): void
  resume(): void
}

export class StepQueue {
  readonly #parts: StepQueueParts
  #steps: StreamStep[] = []
  #next = 0
  #bytes = 0
  #isPaused = false
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
    if (!this.#isPaused && this.#bytes >= bounds.pause) {
      this.#isPaused = true
      this.#parts.pause()
    }
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
    if (this.#isPaused && this.#bytes <= bounds.resume) {
      this.#isPaused = false
      this.#parts.resume()
    }
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
    this.wake()
  }
}

function bytesOf(step: StreamStep): number {
  return stepBytes + (step.kind === 'change' ? step.bytes : 0)
}
