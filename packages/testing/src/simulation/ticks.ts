/** A publication of the application, whose id and text follow from its number. */
export interface Tick {
  readonly id: string
  readonly text: string
  readonly roomId: string
  readonly madeMs: number
}

const prefix = 'tick-'

/** Whether an id is one of the application. */
export function isTick(id: string): boolean {
  return id.startsWith(prefix)
}

/** What the application publishes by itself. */
export class Ticks {
  readonly #elapsedMs: () => number
  readonly #repeatableMs: number
  #life = 0
  #number = 0
  #last: Tick | undefined

  /** @param repeatableMs How long after the first time a tick may be published again. */
  constructor(elapsedMs: () => number, repeatableMs: number) {
    this.#elapsedMs = elapsedMs
    this.#repeatableMs = repeatableMs
  }

  /** The servers have lost everything: the application begins again with its first tick, as it is now. */
  beginLife(): void {
    this.#life++
    this.#number = 0
    this.#last = undefined
  }

  /** The servers have lost what they remember of publishes, and nothing else: no tick is published again. */
  repeatNone(): void {
    this.#last = undefined
  }

  next(roomId: string): Tick {
    const number = ++this.#number
    const text = `tick ${number} of life ${this.#life}`
    this.#last = { id: `${prefix}${number}`, text, roomId, madeMs: this.#elapsedMs() }
    return this.#last
  }

  /** The newest tick, as long as the servers are sure to remember its id. */
  get last(): Tick | undefined {
    return this.#last && this.#elapsedMs() - this.#last.madeMs <= this.#repeatableMs ? this.#last : undefined
  }
}
