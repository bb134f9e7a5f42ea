import type { Clock } from '../ports/clock.ts'

// Declared here, for the reason in bytes.ts.
declare const setTimeout: (run: () => void, ms: number) => unknown
declare const clearTimeout: (timer: unknown) => void
declare const performance: { now(): number }

/**
 * The time of the machine, for clients. A wait is at most 24 days long, because `setTimeout` takes 31 bits. It keeps a
 * Node process alive: else the process would end before its client has come back.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
