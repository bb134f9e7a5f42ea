import type { HubClock } from '@baro/core/broker'

/** The clock of one process: when the process dies, nothing that it planned happens any more. */
export interface ProcessClock extends HubClock {
  kill(): void
  /** Its machine sleeps: the time of day goes on, and nothing else. */
  sleep(ms: number): void
}

/**
 * Makes the clock of a process that lives on `clock`. Its work may take time: whenever it looks at the clock, `workMs` have
 * passed, so what a hub does in slices it does in slices here.
 */
export function createProcessClock(clock: HubClock, workMs: () => number = () => 0): ProcessClock {
  let isAlive = true
  let workedMs = 0
  let sleptMs = 0
  const guarded = (run: () => void) => () => {
    if (isAlive) run()
  }
  return {
    now: () => clock.now() + sleptMs,
    elapsed() {
      workedMs += workMs()
      return clock.elapsed() + workedMs
    },
    after: (ms, run) => clock.after(ms, guarded(run)),
    soon: (run) => clock.soon(guarded(run)),
    afterwards: (run) => clock.afterwards(guarded(run)),
    turn: () => clock.turn(),
    sleep(ms) {
      sleptMs += ms
    },
    kill() {
      isAlive = false
    },
  }
}
