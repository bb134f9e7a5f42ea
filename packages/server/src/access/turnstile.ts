import { type Clock, Deque } from '@baro/core/broker'
import type { Allowances } from './allowances.ts'

/** Most that wait for one address. */
const maxWaiting = 1_000

/** Something that may have to wait. */
export interface Waiting {
  /** Whether nobody waits for it any more, so that it costs nothing. */
  isGone(): boolean
  run(): void
}

interface Priced {
  readonly price: number
  readonly waiting: Waiting
}

/** What a turnstile works with. */
export interface TurnstileParts {
  readonly clock: Clock
  readonly allowances: Allowances
}

/**
 * Lets in the links that an address opens, one after the other, as fast as its allowance earns their price. A link has no
 * other brake at its beginning: a refused one is tried again at once, one that waits is not (I7). And a client without
 * WebSocket opens one after the other: whoever makes its channels busy must not get it refused.
 */
export class Turnstile {
  readonly #parts: TurnstileParts
  /** Only of addresses for which something waits. */
  readonly #lines = new Map<string | undefined, Deque<Priced>>()

  constructor(parts: TurnstileParts) {
    this.#parts = parts
  }

  /** Runs it at once or in its turn, and spends its price then. Returns false if too many wait already. */
  pass(address: string | undefined, price: number, waiting: Waiting): boolean {
    const line = this.#lines.get(address)
    if (line) {
      if (line.length >= maxWaiting) return false
      line.push({ price, waiting })
      return true
    }
    if (this.#waitMs(address) === 0) {
      this.#letIn(address, { price, waiting })
      return true
    }
    const made = new Deque<Priced>()
    made.push({ price, waiting })
    this.#goOn(address, made)
    return true
  }

  #goOn(address: string | undefined, line: Deque<Priced>): void {
    for (let first = line.at(0); first; first = line.at(0)) {
      const waitMs = first.waiting.isGone() ? 0 : this.#waitMs(address)
      if (waitMs > 0) {
        this.#lines.set(address, line)
        this.#parts.clock.after(waitMs, () => this.#goOn(address, line))
        return
      }
      line.shift()
      this.#letIn(address, first)
    }
    this.#lines.delete(address)
  }

  #waitMs(address: string | undefined): number {
    return this.#parts.allowances.waitMs({ address })
  }

  #letIn(address: string | undefined, { price, waiting }: Priced): void {
    if (waiting.isGone()) return
    this.#parts.allowances.spend({ address }, price, 0)
    waiting.run()
  }
}
