import { Deque, type HubClock } from '@baro/core/broker'
import { networkOf } from '../../access/network-of.ts'

/** What one address may take of one turn of the event loop, in milliseconds. */
const turnMs = 1

/**
 * How much of what it may begin in one turn something is, however short it is: a request leaves work for later, what is
 * read of a link does not.
 */
export const partsOfTurn: Readonly<Record<'request' | 'reading', number>> = { request: 1 / 8, reading: 1 / 64 }

/**
 * How long an address that has used up its turn waits for the next one while others come too, in milliseconds. Turns that
 * follow each other at once would leave it nearly all of the time, and whoever asks for something waits in several turns.
 */
const pauseMs = 4

/** For so long, in milliseconds, others count as there. */
const othersStayMs = 50

type FairTurnsClock = Pick<HubClock, 'soon' | 'turn' | 'after' | 'elapsed'>

/** What a network has had of its turn, and what it still wants. */
interface Share {
  /** A part of what may be begun. */
  begun: number
  spentMs: number
  /** When its turn was seen to be over, if it had all of it. */
  endedAtMs: number | undefined
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
 * What else it brought waits for its next turn. Between two turns the event loop looks at all connections, so whoever
 * asks over many of them, as fast as they are answered, makes nobody wait longer than for this little (I7). Nor often: while
 * others come too, its next turn is some milliseconds later. Nothing is refused, and what waits is bounded by the connections, for each has one piece of work in its turn.
 *
 * Turns end in one place, `#endTurns`. Whoever begins something first in a turn of the event loop calls it, so where little
 * comes nothing is scheduled. It is scheduled only for those who had all of their turn, or wait.
 */
export class FairTurns {
  readonly #clock: FairTurnsClock
  readonly #pauseMs: number
  /** Those who wanted something in this turn, by network: one customer has as many IPv6 addresses as wanted. */
  readonly #shares = new Map<string, Share>()
  /** The turn of the event loop in which turns ended last. */
  #turn: number | undefined
  #isScheduled = false

  /** Who came last, and when it was last somebody else than before. */
  #lastName: string | undefined
  #othersAtMs = Number.NEGATIVE_INFINITY

  /** @param maxTimes How much more than a link an address may bring; one without a bound has no pauses either. */
  constructor(clock: FairTurnsClock, maxTimes: number) {
    this.#clock = clock
    this.#pauseMs = Number.isFinite(maxTimes) ? pauseMs : 0
  }

  /** Calls `run` in this turn, or in the first one in which the address may begin something more. */
  begin(address: string | undefined, run: () => unknown, part: number = partsOfTurn.request): void {
    const turn = this.#clock.turn()
    if (turn !== this.#turn) this.#endTurns(turn)
    const share = this.#shareOf(address === undefined ? '' : networkOf(address))
    // What is begun by what runs comes after it, so that the time of both is known before a third one begins.
    if (share.isRunning || isUsedUp(share) || isWaiting(share)) {
      share.waiting ??= new Deque()
      share.waiting.push({ run, part })
    } else this.#goOn(share, { run, part })
    if (isUsedUp(share) || isWaiting(share)) this.#schedule(0)
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

  #shareOf(name: string): Share {
    const known = this.#shares.get(name)
    if (known) return known
    if (name !== (this.#lastName ?? name)) this.#othersAtMs = this.#clock.elapsed()
    this.#lastName = name
    const share = { begun: 0, spentMs: 0, endedAtMs: undefined, isRunning: false, waiting: undefined }
    this.#shares.set(name, share)
    return share
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

  /** Forgets what everybody has had, apart from those who had all of it and must pause. */
  #endTurns(turn: number): void {
    this.#turn = turn
    for (const [name, share] of this.#shares) {
      if (isUsedUp(share) && this.#pauseLeftMs(share) > 0) continue
      if (!isWaiting(share)) this.#shares.delete(name)
      share.begun = 0
      share.spentMs = 0
      share.endedAtMs = undefined
    }
  }

  /** How long it must still pause after its turn. */
  #pauseLeftMs(share: Share): number {
    const nowMs = this.#clock.elapsed()
    if (this.#pauseMs === 0 || nowMs - this.#othersAtMs >= othersStayMs) return 0
    share.endedAtMs ??= nowMs
    return share.endedAtMs + this.#pauseMs - nowMs
  }

  /** Ends the turn for those who had all of it or wait, once the event loop has looked at all connections. */
  #schedule(ms: number): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    if (ms > 0) this.#clock.after(ms, () => this.#nextTurn())
    else this.#clock.soon(() => this.#nextTurn())
  }

  #nextTurn(): void {
    this.#isScheduled = false
    this.#endTurns(this.#clock.turn())
    // Who is left now pauses or waits. First, so that nothing that is thrown below can end the turns.
    if (this.#shares.size > 0) this.#schedule(this.#shortestPauseMs)
    for (const share of this.#shares.values()) this.#goOn(share)
  }

  /** How long nobody may go on of those who are left. */
  get #shortestPauseMs(): number {
    let shortest = pauseMs
    for (const share of this.#shares.values())
      shortest = isUsedUp(share) ? Math.min(shortest, this.#pauseLeftMs(share)) : 0
    return shortest
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
