import type { Settlement, Turn } from '../ports/claim.ts'

/** What a claim of a turn came to; a settlement is its first answer. */
export type TurnClaimed = 'granted' | 'pending' | 'out-of-turn' | Settlement

/** Turns as they are kept outside the process. */
export interface KeptTurns {
  /** The number of the last turn that was answered. */
  readonly answered: number
  readonly isAtWork: boolean
  /** The answers of the newest numbers, without gaps. */
  readonly answers: readonly Settlement[]
}

// Shared, because most of what is remembered keeps no answer: none has come yet, or all are confirmed.
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
  // The answers of the newest numbers, without gaps: each turn is answered before the next is granted. Spreading and
  // `slice` make a list of exactly that length, which matters because there is one for each remembered claim.
  #answers: readonly Settlement[] = none

  /** Turns that go on where kept ones stood. */
  static from({ answered, isAtWork, answers }: KeptTurns): Turns {
    const turns = new Turns()
    turns.#answered = answered
    turns.#isAtWork = isAtWork
    turns.#answers = answers
    return turns
  }

  get kept(): KeptTurns {
    return { answered: this.#answered, isAtWork: this.#isAtWork, answers: this.#answers }
  }

  /** Whether it may be forgotten: its first turn was never granted, or was given back. */
  get isUnused(): boolean {
    return this.#answered === 0 && !this.#isAtWork
  }

  /** The number of kept answers, and one more if a turn is at work. */
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

  /** Whether the turn was granted, and neither answered nor given back. */
  isOpen(number: number): boolean {
    return this.#isAtWork && number === this.#answered + 1
  }

  answer(number: number): Settlement | undefined {
    return this.#answers[number - this.#oldest]
  }

  /** Answers the turn at work. Other turns stay as they are, so that the first answer stays. */
  settle(number: number, answer: Settlement): void {
    if (!this.isOpen(number)) return
    this.#isAtWork = false
    this.#answered = number
    this.#answers = [...this.#answers, answer]
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
