import type { Cancel, Clock } from '@baro/core/broker'

/** The time of a store when something was kept in it. */
export interface StoreTime {
  /** Milliseconds that the store was in use, and those between; only rises. */
  readonly elapsed: number
  /** The wall clock then. */
  readonly now: number
}

/**
 * A clock whose `elapsed` goes on where a store's time stood, so that ages and windows outlive the process. How long nobody
 * had the store open is asked of the wall clock, which may have been set back: then no time has passed. It counts whole
 * milliseconds, because each digit of it is kept with each publication.
 */
export function createStoreClock(clock: Clock, kept: StoreTime = { elapsed: 0, now: clock.now() }): Clock {
  const begin = kept.elapsed + Math.max(0, clock.now() - kept.now) - clock.elapsed()
  return {
    now: () => clock.now(),
    elapsed: () => Math.floor(begin + clock.elapsed()),
    after: (ms, run): Cancel => clock.after(ms, run),
  }
}
