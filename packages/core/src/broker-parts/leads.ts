import type { Clock } from '../ports/clock.ts'
import type { LeadAnswer, Leadership, LeadTerms } from '../ports/leadership.ts'
import { Expiry } from './expiry.ts'

interface Lead {
  readonly work: string
  readonly by: string
  readonly untilMs: number
}

/** Who leads which work, in the memory of the only process that uses a broker. */
export class Leads implements Leadership {
  readonly #clock: Clock
  readonly #held = new Map<string, Lead>()
  readonly #expiry: Expiry<Lead>
  /** One number for all works: so nothing is remembered of a work that nobody leads. */
  #last = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#expiry = new Expiry(clock)
  }

  lead(work: string, by: string, { leaseMs, above = 0 }: LeadTerms): LeadAnswer {
    this.#forgetExpired()
    const elapsed = this.#clock.elapsed()
    const held = this.#held.get(work)
    if (held && held.by !== by && held.untilMs > elapsed) return { leads: false, leftMs: held.untilMs - elapsed }
    const lead: Lead = { work, by, untilMs: elapsed + leaseMs }
    this.#held.set(work, lead)
    this.#expiry.add(lead, leaseMs)
    // By the time of day it is above those of an earlier life of the process, too.
    this.#last = Math.max(this.#last + 1, above + 1, Math.floor(this.#clock.now()))
    return { leads: true, cursor: this.#last }
  }

  resign(work: string, by: string): void {
    if (this.#held.get(work)?.by === by) this.#held.delete(work)
  }

  #forgetExpired(): void {
    for (let lead = this.#expiry.take(); lead; lead = this.#expiry.take())
      if (this.#held.get(lead.work) === lead) this.#held.delete(lead.work)
  }
}
