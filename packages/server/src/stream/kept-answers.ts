import type { Cancel, Clock } from '@baro/core'

/** A burst of thousands that come back together stands at a handful of positions. */
const mostAnswers = 64

/** How long answers are kept: each may hold hundreds of publications. */
const keptMs = 1_000

/** Answers on their way or given, by what was asked: who asks the same a moment later gets the same. */
export class KeptAnswers<Answer> {
  readonly #clock: Clock
  readonly #answers = new Map<string, Promise<Answer>>()
  #cancel: Cancel | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The kept answer, or that of `ask`, which is kept from now on. */
  get(question: string, ask: () => Promise<Answer>): Promise<Answer> {
    const kept = this.#answers.get(question)
    if (kept) return kept
    const answer = ask()
    if (this.#answers.size < mostAnswers) {
      this.#cancel ??= this.#clock.after(keptMs, () => this.forget())
      this.#answers.set(question, answer)
      // A failure is nobody's answer but of those who wait for it.
      answer.catch(() => this.#answers.delete(question))
    }
    return answer
  }

  /** Forgets them all: the truth has moved on. */
  forget(): void {
    if (!this.#cancel) return
    this.#cancel()
    this.#cancel = undefined
    this.#answers.clear()
  }
}
