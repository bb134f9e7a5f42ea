import { unnumbered } from './person.ts'

/** The newest that is shown by somebody whose page has no state. */
const shownAtMost = 20

/** What somebody hears of what is said. A client that numbers what it says is heard in that order, each thing once. */
export class Hearing {
  readonly complaints: string[] = []
  readonly #name: string
  readonly #last: Record<string, number> = {}
  #newest: readonly string[] = []

  constructor(name: string) {
    this.#name = name
  }

  get newest(): readonly string[] {
    return this.#newest
  }

  hear({ by, n }: { readonly by: string; readonly n: number }): void {
    const last = this.#last[by] ?? 0
    if (n <= last && !by.startsWith(unnumbered)) this.complaints.push(`${this.#name} heard ${by} ${n} after ${last}`)
    this.#last[by] = n
    this.#newest = [...this.#newest, `${by} ${n}`].slice(-shownAtMost)
  }
}
