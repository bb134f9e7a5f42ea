import { Deque, type HubClock } from '@baro/core/broker'
import { networkOf } from '../../access/network-of.ts'

/** What one address may take of one turn of the event loop, in milliseconds. */
const turnMs = 1

/**
 * How much of what it may begin in one turn something is, however short it is: a request leaves work for later, what is
 * read of a link does not.
 */
export const partsOfTurn: Readonly<Record<'request' | 'reading', number>> = { request: 1 / 8, reading: 1 / 64 }

/** What a network has had of this turn, and what it still wants. */
interface Share {
  /** A part of what may be begun. */
  begun: number
  spentMs: number
  isRunning: boolean
  /** Made at first use, because most of what comes need not wait. */
  waiting: Deque<Beginning> | undefined
}

interface Beginning {
  readonly run: () => unknown
  readonly part: number
}

/**
 * Does a little of what each address brings in a turn of the event loop: requests, upgrades, frames, and what a body brought.
 * What else it brought waits for the next turn. Between two turns the event loop looks at all connections, so whoever
 * asks over many of them, as fast as they are answered, makes nobody wait longer than for this little (I7). Nothing is
 * refused, and what waits is bounded by the connections, for each has one piece of work in its turn.
 */
export class FairTurns {
  readonly #clock: Pick<HubClock, 'soon' | 'elapsed'>
  /** Those who wanted something in this turn, by network: one customer has as many IPv6 addresses as wanted. */
  readonly #shares = new Map<string, Share>()

  constructor(clock: Pick<HubClock, 'soon' | 'elapsed'>) {
    this.#clock = clock
  }

  /** Calls `run` in this turn, or in the first one in which the address may begin something more. */
  begin(address: string | undefined, run: () => unknown, part: number = partsOfTurn.request): void {
    const name = address === undefined ? '' : networkOf(address)
    let share = this.#shares.get(name)
    if (!share) {
      share = { begun: 0, spentMs: 0, isRunning: false, waiting: undefined }
      if (this.#shares.size === 0) this.#clock.soon(() => this.#nextTurn())
      this.#shares.set(name, share)
    }
    // What is begun by what runs comes after it, so that the time of both is known before a third one begins.
    const mayRun = !share.isRunning && !isUsedUp(share) && !isWaiting(share)
    if (!mayRun) {
      share.waiting ??= new Deque()
      share.waiting.push({ run, part })
    } else this.#goOn(share, { run, part })
  }

  /** Goes on with something that was begun before, such as a body that has come; resolves with what `run` returns. */
  take<Result>(address: string | undefined, run: () => Result | Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.begin(address, () => {
        try {
          resolve(run())
        } catch (error) {
          reject(error)
        }
      })
    })
  }

  /** @param first Comes before what waits. */
  #goOn(share: Share, first?: Beginning): void {
    share.isRunning = true
    try {
      for (let next = first ?? nextOf(share); next; next = nextOf(share)) {
        const beganAtMs = this.#clock.elapsed()
        share.begun += next.part
        next.run()
        share.spentMs += this.#clock.elapsed() - beganAtMs
      }
    } finally {
      share.isRunning = false
    }
  }

  #nextTurn(): void {
    for (const [name, { waiting }] of this.#shares) if (!waiting?.length) this.#shares.delete(name)
    // First, so that nothing that is thrown below can end the turns.
    if (this.#shares.size > 0) this.#clock.soon(() => this.#nextTurn())
    for (const share of this.#shares.values()) {
      share.begun = 0
      share.spentMs = 0
      this.#goOn(share)
    }
  }
}

/** What comes next in this turn, taken out of those that wait. */
function nextOf(share: Share): Beginning | undefined {
  return isUsedUp(share) ? undefined : share.waiting?.shift()
}

function isWaiting({ waiting }: Share): boolean {
  return waiting !== undefined && waiting.length > 0
}

function isUsedUp({ begun, spentMs }: Share): boolean {
  return begun >= 1 || spentMs >= turnMs
}
