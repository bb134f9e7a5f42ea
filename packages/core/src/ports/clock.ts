/** Cancels a scheduled call. Calling it again, or after the call ran, does nothing. */
export type Cancel = () => void

/**
 * Time as a parameter. All code that waits asks its clock. So a test decides what time it is, and a simulation replays
 * exactly.
 *
 * Duties: callbacks run in the order of their due time, and never inside the call that scheduled them. An exception in
 * one callback must not keep the others from running.
 */
export interface Clock {
  /**
   * Milliseconds since 1970, for people and for the wire. It may jump in both directions, so never subtract two of
   * them.
   */
  now(): number
  /** Milliseconds since some fixed moment; it never goes back. Measure intervals and deadlines with it. */
  elapsed(): number
  /** Runs once, after at least `ms` milliseconds. */
  after(ms: number, run: () => void): Cancel
}

/** The clock of a hub. */
export interface HubClock extends Clock {
  /** Runs once, after the current turn of the event loop. The hub sends there what the turn produced. */
  soon(run: () => void): Cancel
  /** Runs once, when the work at hand is done, before the event loop looks for other work. */
  afterwards(run: () => void): void
  /** A number that is another one in each turn of the event loop: what comes in one turn may be taken together. */
  turn(): number
}
