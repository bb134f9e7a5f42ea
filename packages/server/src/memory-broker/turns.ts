import type { Settlement, Turn } from '@baro/core'

/** What a producer is told of a turn it claims. */
export type TurnClaim = 'granted' | 'pending' | 'out-of-turn' | Settlement

/**
 * The turns of one producer on one channel: the last number, and the answers that its client may still ask for.
 *
 *   last answered ── the next number: granted ──▶ at work ── settled ──▶ last answered
 *         ▲                                          │
 *         └──────────────── released ────────────────┘
 *
 * One turn at a time, so that the order of the numbers is the order of the publications (I1, I5).
 */
export class Turns {
  #last = 0
  #isAtWork = false
  readonly #answers = new Map<number, Settlement>()

  /** Whether nothing of it would be missed: the first turn was given back. */
  get isUnused(): boolean {
    return this.#last === 0
  }

  /** How many answers are kept. */
  get answers(): number {
    return this.#answers.size
  }

  claim({ number, confirmed }: Turn): TurnClaim {
    // In the order they were settled, so the first that is not confirmed ends it.
    for (const answered of this.#answers.keys()) {
      if (answered > confirmed) break
      this.#answers.delete(answered)
    }
    if (number > this.#last + 1) return 'out-of-turn'
    if (this.#isAtWork && number >= this.#last) return 'pending'
    if (number <= this.#last) return this.#answers.get(number) ?? 'out-of-turn'
    this.#last = number
    this.#isAtWork = true
    return 'granted'
  }

  answer({ number }: Turn): Settlement | undefined {
    return this.#answers.get(number)
  }

  /** Whether it is at work. */
  isOpen({ number }: Turn): boolean {
    return this.#isAtWork && number === this.#last
  }

  settle(turn: Turn, answer: Settlement): void {
    if (!this.isOpen(turn)) return
    this.#isAtWork = false
    this.#answers.set(turn.number, answer)
  }

  release(turn: Turn): void {
    if (!this.isOpen(turn)) return
    this.#isAtWork = false
    this.#last--
  }
}
