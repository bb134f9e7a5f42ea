import { BaroError } from '@baro/core'
import type { Cancel, HubClock } from '@baro/core/broker'

/** A clock that stands still until a test moves it. */
export interface FakeClock extends HubClock {
  /**
   * Moves time on by `ms` and runs what is due on the way, in the order of the due time, what is scheduled meanwhile
   * included. `advance(0)` runs what waits for now, such as `soon`. Promises do not settle in between: see {@link pass}.
   *
   * @throws what a callback threw, after all others ran; an `AggregateError` if several did.
   */
  advance(ms: number): void
  /** Moves time on to the next moment for which something is scheduled and runs that; `false` if there is nothing. */
  advanceToNext(): boolean
  /** {@link advance}, but promises settle before it, between any two moments, and after it. */
  pass(ms: number): Promise<void>
  /** Moves the wall clock only, in either direction: `now()` jumps, `elapsed()` and everything scheduled do not. */
  jump(ms: number): void
  /** Time moves on by `ms`, and nothing runs: an event loop that stands still. What was due by then runs late, in the next `advance`. */
  standStill(ms: number): void
  /** How many callbacks wait. */
  readonly pending: number
  /** Milliseconds until the next one is due; `undefined` if none waits. */
  readonly nextInMs: number | undefined
}

/** What `createFakeClock` takes. */
export interface FakeClockOptions {
  /** What `now()` says at first, in milliseconds since 1970. Default 2026-01-01T00:00:00Z. */
  readonly now?: number
}

interface Alarm {
  readonly due: number
  readonly order: number
  readonly run: () => void
}

// More than any test means, soon enough to name the callback that schedules itself for now, for ever.
const mostAtOneMoment = 1_000_000

/**
 * Makes a clock for tests.
 *
 * @example
 * ```ts
 * const clock = createFakeClock()
 * const rung: string[] = []
 * clock.after(1_000, () => rung.push('once'))
 * clock.advance(999) // []
 * clock.advance(1) // ['once']
 * ```
 */
export function createFakeClock({ now = Date.UTC(2026, 0, 1) }: FakeClockOptions = {}): FakeClock {
  // Sorted from the latest to the next, so that the next is popped and most insertions land near the end.
  const alarms: Alarm[] = []
  let elapsed = 0
  let wall = now
  let order = 0
  let ran = 0

  function schedule(ms: number, run: () => void): Cancel {
    const alarm: Alarm = { due: elapsed + Math.max(ms || 0, 0), order: order++, run }
    alarms.splice(placeOf(alarms, alarm), 0, alarm)
    return () => {
      const at = placeOf(alarms, alarm)
      if (alarms[at] === alarm) alarms.splice(at, 1)
    }
  }

  function moveTo(moment: number): void {
    wall += moment - elapsed
    elapsed = moment
  }

  function runUntil(moment: number, errors: unknown[]): void {
    for (let count = 0, next = alarms.at(-1); next && next.due <= moment; next = alarms.at(-1)) {
      count = next.due > elapsed ? 0 : count + 1
      if (count > mostAtOneMoment)
        throw new BaroError('bad-definition', `A callback schedules itself for now without end: ${next.run}. Mend it.`)
      alarms.pop()
      moveTo(Math.max(elapsed, next.due))
      ran++
      try {
        next.run()
      } catch (error) {
        errors.push(error)
      }
    }
  }

  function advance(ms: number): void {
    const errors: unknown[] = []
    const moment = elapsed + Math.max(ms || 0, 0)
    runUntil(moment, errors)
    moveTo(moment)
    rethrow(errors)
  }

  function advanceToNext(): boolean {
    const next = alarms.at(-1)
    if (next) advance(next.due - elapsed)
    return next !== undefined
  }

  async function pass(ms: number): Promise<void> {
    const until = elapsed + Math.max(ms || 0, 0)
    await settled()
    for (let next = alarms.at(-1); next && next.due <= until; next = alarms.at(-1)) {
      advance(next.due - elapsed)
      await settled()
    }
    moveTo(Math.max(elapsed, until))
  }

  return {
    now: () => wall,
    elapsed: () => elapsed,
    after: schedule,
    soon: (run) => schedule(0, run),
    afterwards: (run) => void schedule(0, run),
    turn: () => ran,
    advance,
    advanceToNext,
    pass,
    jump: (ms) => {
      wall += ms
    },
    standStill: (ms) => moveTo(elapsed + ms),
    get pending() {
      return alarms.length
    },
    get nextInMs() {
      const next = alarms.at(-1)
      return next && Math.max(0, next.due - elapsed)
    },
  }
}

/** Resolves once every promise that can settle without time passing, or the outside world, has settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function placeOf(alarms: readonly Alarm[], alarm: Alarm): number {
  let [from, to] = [0, alarms.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    const there = alarms[middle]
    if (there && (there.due > alarm.due || (there.due === alarm.due && there.order > alarm.order))) from = middle + 1
    else to = middle
  }
  return from
}

function rethrow(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} callbacks threw: ${errors.join('; ')}`)
}
