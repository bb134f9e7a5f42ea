/** Stops something that was scheduled; calling it again, or after it ran, does nothing. */
export type Cancel = () => void

/**
 * Time as a parameter. Everything that waits asks its clock, so that a test decides what time it is and a simulation
 * replays exactly.
 *
 * Duties: callbacks run in the order of their due time, never inside the call that scheduled them, and an exception in
 * one must not keep the others from running.
 */
export interface Clock {
  /** Milliseconds since 1970, for people and for the wire. It may jump in both directions; never subtract two of them. */
  now(): number
  /** Milliseconds since some fixed moment; only ever grows. Intervals and deadlines are measured with it. */
  elapsed(): number
  /** Runs once, after at least `ms` milliseconds. */
  after(ms: number, run: () => void): Cancel
}

/** The clock of a hub. */
export interface HubClock extends Clock {
  /** Runs once, when the work at hand is done: the hub gathers there what one tick produced. */
  soon(run: () => void): Cancel
}
