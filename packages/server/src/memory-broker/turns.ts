import type { Settlement, Turn } from '@baro/core'

/** What is said to who claims a turn. */
export type TurnClaimed = 'granted' | 'pending' | 'out-of-turn' | Settlement

// One for all: most of what is remembered waits for its first answer, or has had the last one confirmed.
const none: readonly Settlement[] = []

/**
 * The turns of one producer on one channel: how many were answered, and the answers its client may still ask for.
 *
 *                  claim of the next number: granted
 *     at rest ───────────────────────────────────────▶ at work
 *        ▲                                               │
 *        ├── settle: the number is answered ◀────────────┤
 *        └── release: the number is still the next ◀─────┘
 *
 * One turn at a time, so that the order of the numbers is the order of the publications (I1, I5).
 */
export class Turns {
  #answered = 0
  #isAtWork = false
  // Of the newest numbers, without gaps: each turn is answered before the next is granted. A list no longer than it must
  // be, because there is one for each claim that is remembered.
  #answers: readonly Settlement[] = none

  /** Whether nobody would miss it: its first turn was never granted, or given back. */
  get isUnused(): boolean {
    return this.#answered === 0 && !this.#isAtWork
  }

  /** Answers that are kept, and the one that is to come. */
  get weight(): number {
    return this.#answers.length + Number(this.#isAtWork)
  }

  claim({ number, confirmed }: Turn): TurnClaimed {
    this.#forgetUpTo(confirmed)
    const next = this.#answered + 1
    if (number === next && !this.#isAtWork) {
      this.#isAtWork = true
      return 'granted'
    }
    if (this.#isAtWork && (number === next || number === next + 1)) return 'pending'
    return this.answer(number) ?? 'out-of-turn'
  }

  /** Whether it was granted, and neither answered nor given back. */
  isOpen(number: number): boolean {
    return this.#isAtWork && number === this.#answered + 1
  }

  answer(number: number): Settlement | undefined {
    return this.#answers[number - this.#oldest]
  }

  /** Only what is at work can be answered: the first answer stays. */
  settle(number: number, answer: Settlement): void {
    if (!this.isOpen(number)) return
    this.#isAtWork = false
    this.#answered = number
    this.#answers = this.#answers.concat(answer)
  }

  release(number: number): void {
    if (this.isOpen(number)) this.#isAtWork = false
  }

  /** The number of the oldest answer kept. */
  get #oldest(): number {
    return this.#answered - this.#answers.length + 1
  }

  #forgetUpTo(confirmed: number): void {
    const known = confirmed - this.#oldest + 1
    if (known > 0) this.#answers = known < this.#answers.length ? this.#answers.slice(known) : none
  }
}
