import { type Changes, type Value, writtenValue } from '../journal/frame.ts'

/** What is kept, as a step sees it. */
export interface Kept {
  get(key: string): string | undefined
}

/** Changes that are kept together, or not at all. They are seen by their own step only, until it is kept. */
export class Step implements Kept {
  readonly #kept: Kept
  readonly #changes = new Map<string, Value | undefined>()

  constructor(kept: Kept) {
    this.#kept = kept
  }

  get changes(): Changes {
    return this.#changes
  }

  get(key: string): string | undefined {
    const value = this.#changes.get(key)
    if (value !== undefined) return writtenValue(value)
    return this.#changes.has(key) ? undefined : this.#kept.get(key)
  }

  put(key: string, value: Value): void {
    this.#changes.set(key, value)
  }

  remove(key: string): void {
    this.#changes.set(key, undefined)
  }
}
