import type { Spoken } from './person.ts'

/** More is not said before something is answered. */
const maxPending = 20

/** Before something is said again. */
const againMs = 100

/** Something more to say; `undefined` while too much has no answer yet. */
export function sayMore(spoken: Spoken[]): Spoken | undefined {
  const pending = spoken.slice(-maxPending).filter(({ outcome }) => outcome === 'pending')
  if (pending.length === maxPending) return undefined
  const one: Spoken = { n: spoken.length + 1, outcome: 'pending' }
  spoken.push(one)
  return one
}

/** What a refusal means for good. */
export function refusedWith(code: string): Spoken['outcome'] {
  return code === 'unknown-outcome' ? 'unknown' : `refused ${code}`
}

/** What somebody says one after the other, each again and again until it has an answer. */
export class OneByOne {
  readonly spoken: Spoken[] = []
  readonly #say: (n: number) => Promise<Spoken['outcome']>
  #isSaying = false
  #isGone = false

  /** @param say Says it once; `pending` if it is to be said again. */
  constructor(say: (n: number) => Promise<Spoken['outcome']>) {
    this.#say = say
  }

  speak(): void {
    if (sayMore(this.spoken) && !this.#isSaying) void this.#sayAll()
  }

  leave(): void {
    this.#isGone = true
  }

  async #sayAll(): Promise<void> {
    this.#isSaying = true
    for (let one = this.#next(); one && !this.#isGone; one = this.#next()) {
      one.outcome = await this.#say(one.n)
      if (one.outcome === 'pending') await new Promise((resolve) => setTimeout(resolve, againMs))
    }
    this.#isSaying = false
  }

  #next(): Spoken | undefined {
    return this.spoken.find(({ outcome }) => outcome === 'pending')
  }
}
