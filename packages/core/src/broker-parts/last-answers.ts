/**
 * The last answer of each caller, for a while: a call whose answer was lost is made again under its number, and is answered
 * as the first time. So what a step came to is told to whoever asked for it, and never done twice.
 */
export class LastAnswers<Answer> {
  readonly #all = new Map<string, { readonly number: number; readonly answer: Answer; readonly untilMs: number }>()

  /** The answer to the call of this number; `undefined` if it was not made, or has been forgotten. */
  to(caller: string, number: number): Answer | undefined {
    const last = this.#all.get(caller)
    return last && last.number >= number ? last.answer : undefined
  }

  /** Keeps the answer in the place of the one before, which its caller must have got. */
  keep(caller: string, number: number, answer: Answer, untilMs: number): void {
    this.#all.set(caller, { number, answer, untilMs })
  }

  /** The caller has got its answer, and the new one tells nothing. */
  forget(caller: string): void {
    this.#all.delete(caller)
  }

  /** Forgets those whose time is over. */
  expire(nowMs: number): void {
    for (const [caller, { untilMs }] of this.#all) if (untilMs <= nowMs) this.#all.delete(caller)
  }
}
