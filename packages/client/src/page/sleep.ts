import type { Cancel, Clock } from '@baro/core/broker'

const lookMs = 5_000

/** How late a look comes at least after a sleep. A page that is busy may be as late; that costs a probe. */
const lateMs = 5_000

/**
 * Tells when the machine has slept: a laptop that was closed may wake without any sign of the browser's. The clock for
 * waits may have stood still meanwhile; the time of day has not.
 *
 * @returns How to stop.
 */
export function watchSleep(clock: Clock, slept: () => void): Cancel {
  let cancel: Cancel
  function look(): void {
    const beforeMs = clock.now()
    cancel = clock.after(lookMs, () => {
      look()
      if (clock.now() - beforeMs >= lookMs + lateMs) slept()
    })
  }
  look()
  return () => cancel()
}
