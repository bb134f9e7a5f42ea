import type { ChannelRecord } from './record.ts'

/** The records of the channels used last, as they are kept: to read one from its text takes longer than all that a step does. */
export class RecentRecords {
  readonly #most: number
  readonly #records = new Map<string, ChannelRecord>()

  constructor(most: number) {
    this.#most = most
  }

  get(name: string): ChannelRecord | undefined {
    return this.#records.get(name)
  }

  /** It is kept from now on, and nobody changes it any more. */
  set(name: string, record: ChannelRecord): void {
    // What was set last goes last.
    this.#records.delete(name)
    this.#records.set(name, record)
    if (this.#records.size <= this.#most) return
    for (const oldest of this.#records.keys()) {
      this.#records.delete(oldest)
      return
    }
  }

  delete(name: string): void {
    this.#records.delete(name)
  }
}
