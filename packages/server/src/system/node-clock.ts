import { type HubClock, systemClock } from '@baro/core'

// setTimeout takes 31 bits and fires a longer wait at once; such a wait is taken in steps.
const longestTimerMs = 1_000_000_000

/** The time of the machine, for hubs: a wait is as long as it may be, and keeps no process alive that is done. */
export const nodeClock: HubClock = {
  ...systemClock,
  after(ms, run) {
    let timer: NodeJS.Timeout
    const wait = (left: number): void => {
      timer = setTimeout(
        () => (left > longestTimerMs ? wait(left - longestTimerMs) : run()),
        Math.min(left, longestTimerMs),
      )
      timer.unref()
    }
    wait(ms)
    return () => clearTimeout(timer)
  },
  soon(run) {
    const timer = setImmediate(run)
    return () => clearImmediate(timer)
  },
}
