import type { Clock } from '../ports/clock.ts'

// Declared here instead of pulling the types of Node or the DOM into a package that runs in both.
declare const setTimeout: (run: () => void, ms: number) => unknown
declare const clearTimeout: (timer: unknown) => void
declare const performance: { now(): number }

/**
 * The time of the machine, for clients: a wait is at most 24 days long, and keeps a Node process alive, which would end
 * before its client has come back.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
