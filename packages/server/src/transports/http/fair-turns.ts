import type { HubClock } from '@baro/core/broker'
import { Deque } from '../../collections/deque.ts'

/** What one address may begin in one turn of the event loop: about a millisecond of work. */
const inOneTurn = 8

/**
 * Begins a few requests and upgrades of each address in a turn of the event loop; what else it brought waits for the
 * next turn. Between two turns the event loop looks at all connections, so whoever asks over many of them, as fast as
 * they are answered, makes nobody wait longer than for these few (I7). Nothing is refused, and what waits is bounded by
 * the connections, for each has one request in its turn.
 */
export class FairTurns {
  readonly #clock: Pick<HubClock, 'soon'>
  /** Of this turn, with what waits behind it. */
  readonly #begun = new Map<string, { count: number; readonly waiting: Deque<() => unknown> }>()

  constructor(clock: Pick<HubClock, 'soon'>) {
    this.#clock = clock
  }

  /** Calls `run` in this turn, or in the first one in which the address may begin something more. */
  begin(address: string | undefined, run: () => unknown): void {
    const name = address ?? ''
    let mine = this.#begun.get(name)
    if (!mine) {
      mine = { count: 0, waiting: new Deque() }
      if (this.#begun.size === 0) this.#clock.soon(() => this.#nextTurn())
      this.#begun.set(name, mine)
    }
    // Behind what waits already, even if there is room: it came first.
    if (mine.count >= inOneTurn || mine.waiting.length > 0) mine.waiting.push(run)
    else {
      mine.count++
      run()
    }
  }

  #nextTurn(): void {
    for (const [name, mine] of this.#begun) if (mine.waiting.length === 0) this.#begun.delete(name)
    // First, so that nothing that is thrown below can end the turns.
    if (this.#begun.size > 0) this.#clock.soon(() => this.#nextTurn())
    for (const mine of this.#begun.values()) {
      mine.count = 0
      while (mine.count < inOneTurn && mine.waiting.length > 0) {
        mine.count++
        mine.waiting.shift()?.()
      }
    }
  }
}
