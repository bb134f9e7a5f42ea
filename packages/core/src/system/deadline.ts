import type { Cancel, Clock } from '../ports/clock.ts'

/** In how many steps a deadline comes. */
const steps = 4

/**
 * Runs once others have had `ms` milliseconds. An event loop that stands still hears nobody, and timers come before what
 * has come from elsewhere meanwhile. So a deadline comes in steps: a stand-still of any length takes no more than one of
 * them, and what has come by the last one is read first.
 */
export function deadlineIn(clock: Clock, ms: number, run: () => void): Cancel {
  let left = steps
  let cancel: Cancel
  const next = () => {
    cancel = left-- ? clock.after(ms / steps, next) : clock.after(0, run)
  }
  next()
  return () => cancel()
}
