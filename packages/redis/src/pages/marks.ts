import { orThrow, parseJson } from '@baro/core/protocol'

/** The marks as Redis tells them: the newest number, that of what it forgot, and tags with their numbers. */
export interface ToldMarks {
  readonly last: number
  readonly forgotten: number
  readonly tags: readonly (readonly [string, number])[]
}

/** What marks work with. */
export interface MarksParts {
  readonly elapsed: () => number
  /** For how long what is known is good without asking, in milliseconds: the bound for what pub/sub lost. */
  readonly goodForMs: number
  readonly mostTags: number
  /** Asks for all marks after a number. */
  readonly since: (number: number) => Promise<ToldMarks>
}

/** The marks as this node knows them. Other nodes tell theirs by pub/sub; what that loses is found by asking, once in a while. */
export class Marks {
  readonly #parts: MarksParts
  /** In the order of their numbers. */
  readonly #known = new Map<string, number>()
  #last = 0
  #forgotten = 0
  #goodUntilMs = Number.NEGATIVE_INFINITY
  /** How often something may have been missed. */
  #doubts = 0
  #asking: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(parts: MarksParts) {
    this.#parts = parts
  }

  /** Whether nobody has to be asked. */
  get isGood(): boolean {
    return this.#parts.elapsed() < this.#goodUntilMs
  }

  /** The number of the newest of all that are known. */
  get last(): number {
    return this.#last
  }

  of(tags: readonly string[]): readonly number[] {
    return tags.map((tag) => this.#known.get(tag) ?? this.#forgotten)
  }

  /**
   * Asks for what is not known yet. Who comes while somebody asks waits for the next answer, which is one for all of them: the first may be
   * from before.
   */
  ask(): Promise<void> {
    if (!this.#asking) return this.#begin()
    this.#next ??= this.#asking
      .catch(() => {})
      .then(() => {
        this.#next = undefined
        return this.#begin()
      })
    return this.#next
  }

  /** A mark of this node, or of another one. After a gap the marks in between have to be asked for. */
  came(number: number, before: number, tags: readonly string[]): void {
    for (const tag of tags) this.#know(tag, number)
    if (before === this.#last) this.#last = number
    else if (number > this.#last) this.doubt()
  }

  /** As it is told by pub/sub. */
  heard(message: string): void {
    const [number, before, ...tags] = orThrow(parseJson(message)) as readonly string[]
    this.came(Number(number), Number(before), tags)
  }

  /** Something may have been missed. */
  doubt(): void {
    this.#doubts++
    this.#goodUntilMs = Number.NEGATIVE_INFINITY
  }

  #begin(): Promise<void> {
    const asking = this.#ask().finally(() => {
      if (this.#asking === asking) this.#asking = undefined
    })
    this.#asking = asking
    return asking
  }

  async #ask(): Promise<void> {
    const [began, doubts] = [this.#parts.elapsed(), this.#doubts]
    const { last, forgotten, tags } = await this.#parts.since(this.#last)
    this.#forget(forgotten)
    for (const [tag, number] of tags) this.#know(tag, number)
    this.#last = Math.max(this.#last, last)
    if (this.#doubts === doubts) this.#goodUntilMs = began + this.#parts.goodForMs
  }

  #know(tag: string, number: number): void {
    if ((this.#known.get(tag) ?? 0) >= number) return
    this.#known.delete(tag)
    this.#known.set(tag, number)
    for (const [oldest, its] of this.#known) {
      if (this.#known.size <= this.#parts.mostTags) break
      this.#known.delete(oldest)
      this.#forget(its)
    }
  }

  #forget(number: number): void {
    this.#forgotten = Math.max(this.#forgotten, number)
  }
}
