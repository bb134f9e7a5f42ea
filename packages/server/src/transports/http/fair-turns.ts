import { Deque, type HubClock } from '@baro/core/broker'

/** What one address may take of one turn of the event loop, in milliseconds. */
const turnMs = 1

/** How many requests it may begin in one turn, however short they are. */
const mostInOneTurn = 8

/** What an address has had of this turn, and what it still wants. */
interface Share {
  begun: number
  spentMs: number
  readonly waiting: Deque<() => unknown>
}

/**
 * Begins a few requests and upgrades of each address in a turn of the event loop; what else it brought waits for the
 * next turn. Between two turns the event loop looks at all connections, so whoever asks over many of them, as fast as
 * they are answered, makes nobody wait longer than for these few (I7). Nothing is refused, and what waits is bounded by
 * the connections, for each has one request in its turn.
 */
export class FairTurns {
  readonly #clock: Pick<HubClock, 'soon' | 'elapsed'>
  /** Those who wanted something in this turn. */
  readonly #shares = new Map<string, Share>()

  constructor(clock: Pick<HubClock, 'soon' | 'elapsed'>) {
    this.#clock = clock
  }

  /** Calls `run` in this turn, or in the first one in which the address may begin something more. */
  begin(address: string | undefined, run: () => unknown): void {
    const name = address ?? ''
    let share = this.#shares.get(name)
    if (!share) {
      share = { begun: 0, spentMs: 0, waiting: new Deque() }
      if (this.#shares.size === 0) this.#clock.soon(() => this.#nextTurn())
      this.#shares.set(name, share)
    }
    // Behind what waits already, even if there is room: it came first.
    if (isUsedUp(share) || share.waiting.length > 0) share.waiting.push(run)
    else this.#run(share, run)
  }

  #run(share: Share, run: () => unknown): void {
    const beganAtMs = this.#clock.elapsed()
    share.begun++
    run()
    share.spentMs += this.#clock.elapsed() - beganAtMs
  }

  #nextTurn(): void {
    for (const [name, { waiting }] of this.#shares) if (waiting.length === 0) this.#shares.delete(name)
    // First, so that nothing that is thrown below can end the turns.
    if (this.#shares.size > 0) this.#clock.soon(() => this.#nextTurn())
    for (const share of this.#shares.values()) {
      share.begun = 0
      share.spentMs = 0
      for (let run = share.waiting.shift(); run; run = isUsedUp(share) ? undefined : share.waiting.shift())
        this.#run(share, run)
    }
  }
}

function isUsedUp({ begun, spentMs }: Share): boolean {
  return begun >= mostInOneTurn || spentMs >= turnMs
}
