/** The allowances of many, each under a name that a stranger may have chosen. */
import { costMs, type Rate, spend, waitMs } from './allowance.ts'

/** Most names that are remembered. */
const maxNames = 50_000

/** How many of the oldest are looked at when one is used: more than come, so that what is over is forgotten. */
const looks = 2

/**
 * Remembers a name only while it has not earned everything again, some seconds after it was last used: a full allowance
 * is the same as one that nobody knows. Beyond {@link maxNames} those used longest ago are forgotten.
 */
export class Shares {
  readonly #rate: Rate
  readonly #earnedAtMs = new Map<string, number>()

  /** @param rate What each name may do. */
  constructor(rate: Rate) {
    this.#rate = rate
  }

  /** How many names are remembered. */
  get size(): number {
    return this.#earnedAtMs.size
  }

  /** Spends, whether it is there or not. */
  spend(name: string, nowMs: number, messages: number, bytes: number): void {
    const cost = costMs(this.#rate, messages, bytes)
    if (cost === 0) return
    const earnedAtMs = spend(this.#earnedAtMs.get(name) ?? 0, nowMs, cost)
    // Taken out first, so that the order is that of the last use.
    this.#earnedAtMs.delete(name)
    this.#earnedAtMs.set(name, earnedAtMs)
    this.#forget(nowMs)
  }

  /** How long the name may bring nothing more; 0 if it may. */
  waitMs(name: string, nowMs: number): number {
    const earnedAtMs = this.#earnedAtMs.get(name)
    return earnedAtMs === undefined ? 0 : waitMs(earnedAtMs, nowMs, costMs(this.#rate, 1, 0))
  }

  #forget(nowMs: number): void {
    let looked = 0
    for (const [name, earnedAtMs] of this.#earnedAtMs) {
      if (++looked > looks) return
      if (earnedAtMs <= nowMs || this.#earnedAtMs.size > maxNames) this.#earnedAtMs.delete(name)
    }
  }
}
