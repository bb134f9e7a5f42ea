import type { Clock } from '../ports/clock.ts'

// Declared here instead of pulling the types of Node or the DOM into a package that runs in both.
// A timer is a number in browsers and an object in Node.
declare const setTimeout: (run: () => void, ms: number) => { unref?(): void }
declare const clearTimeout: (timer: unknown) => void
declare const setImmediate: ((run: () => void) => unknown) | undefined
declare const clearImmediate: (timer: unknown) => void
declare const performance: { now(): number }

// setTimeout takes 31 bits and fires a longer wait at once; such a wait is taken in steps.
const longestTimerMs = 1_000_000_000

/** The time of the machine. The only place where Baro touches timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, run) {
    let timer: ReturnType<typeof setTimeout>
    const wait = (left: number): void => {
      timer = setTimeout(
        () => (left > longestTimerMs ? wait(left - longestTimerMs) : run()),
        Math.min(left, longestTimerMs),
      )
      // A timer must not keep a finished Node process alive.
      timer.unref?.()
    }
    wait(ms)
    return () => clearTimeout(timer)
  },
  soon(run) {
    if (typeof setImmediate !== 'function') return systemClock.after(0, run)
    const timer = setImmediate(run)
    return () => clearImmediate(timer)
  },
}
