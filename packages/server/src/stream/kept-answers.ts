import type { Cancel, Clock } from '@baro/core/broker'

/** Most answers kept. Thousands of readers that come back together stand at a handful of positions. */
const mostAnswers = 64

/** How long answers are kept. Not longer, because each may hold hundreds of publications. */
const keptMs = 1_000

/** Keeps answers for a moment, by their question, so that those who ask the same together cause one read. */
export class KeptAnswers<Answer> {
  readonly #clock: Clock
  readonly #answers = new Map<string, Promise<Answer>>()
  #cancel: Cancel | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The kept answer to the question, or else the answer of `ask`, which is kept from now on. */
  get(question: string, ask: () => Promise<Answer>): Promise<Answer> {
    const kept = this.#answers.get(question)
    if (kept) return kept
    const answer = ask()
    if (this.#answers.size < mostAnswers) {
      this.#cancel ??= this.#clock.after(keptMs, () => this.forget())
      this.#answers.set(question, answer)
      // A failure is told only to those who wait for it now.
      answer.catch(() => this.#answers.delete(question))
    }
    return answer
  }

  /** Forgets all answers, because the stream has moved on. */
  forget(): void {
    if (!this.#cancel) return
    this.#cancel()
    this.#cancel = undefined
    this.#answers.clear()
  }
}
