import type { Randomness } from '@baro/core/broker'
import { createId } from '@baro/core/protocol'

/** What ends an attempt in Redis. May be repeated. */
export type End = () => Promise<unknown>

/** More are not remembered: the oldest are given up, and end with the window of their claim. */
const mostOwed = 10_000
const endedAtOnce = 64

/**
 * The attempts of this node at claims. Redis lets nobody else at a claim while an attempt is at work, so each must end there, too: where its end
 * did not arrive, or nobody knows whether it ever began, whoever repeats the publish would be told `pending` for the whole window (I5).
 *
 *   asked ──granted──▶ at work ──settled, released──▶ ended
 *     └──no answer──▶ owed ◀──no answer──┘
 *   owed ──Redis answers again, or somebody asks for the claim──▶ ended
 */
export class Attempts {
  readonly #node: string
  readonly #atWork = new Set<string>()
  /** By their claims: of one claim, one turn is at work at a time. */
  readonly #granted = new Map<string, { readonly number: number; readonly attempt: string }>()
  readonly #owed = new Map<string, End>()
  #last = 0
  #isEnding = false

  constructor(randomness: Randomness) {
    this.#node = createId(randomness)
  }

  /** The name of this node, which all of its attempts begin with. */
  get node(): string {
    return this.#node
  }

  /** A new one, to ask with. */
  begin(): string {
    const attempt = `${this.#node}.${++this.#last}`
    this.#atWork.add(attempt)
    return attempt
  }

  /** It may work on this turn of a claim. */
  granted(claim: string, number: number, attempt: string): void {
    this.#granted.set(claim, { number, attempt })
  }

  /** It was granted nothing, or Redis knows that it is over. */
  ended(attempt: string): void {
    this.#atWork.delete(attempt)
  }

  /** The attempt at this turn of a claim, which is over for this node. */
  take(claim: string, number: number): string | undefined {
    const granted = this.#granted.get(claim)
    if (granted?.number !== number) return undefined
    this.#granted.delete(claim)
    this.#atWork.delete(granted.attempt)
    return granted.attempt
  }

  /** It is over, and Redis may not know. */
  owe(attempt: string, end: End): void {
    this.#atWork.delete(attempt)
    this.#owed.set(attempt, end)
    if (this.#owed.size <= mostOwed) return
    for (const oldest of this.#owed.keys()) {
      this.#owed.delete(oldest)
      return
    }
  }

  /** Whether it is of this node, and nobody is at work on it. */
  isOver(attempt: string): boolean {
    return attempt.startsWith(`${this.#node}.`) && !this.#atWork.has(attempt)
  }

  /** Ends one in Redis: as is owed, or else as if it had done nothing. */
  async end(attempt: string, asNothing: End): Promise<void> {
    await (this.#owed.get(attempt) ?? asNothing)()
    this.#owed.delete(attempt)
  }

  /** Ends all that are owed, until Redis does not answer. */
  async endOwed(): Promise<void> {
    if (this.#isEnding) return
    this.#isEnding = true
    try {
      const owed = [...this.#owed]
      for (let from = 0; from < owed.length; from += endedAtOnce)
        await Promise.all(owed.slice(from, from + endedAtOnce).map(([attempt, end]) => this.end(attempt, end)))
    } catch {
      // They stay owed.
    } finally {
      this.#isEnding = false
    }
  }
}
