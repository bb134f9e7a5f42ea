import type { HubClock } from '@baro/core'

/** The clock of one process: when the process dies, nothing that it planned happens any more. */
export interface ProcessClock extends HubClock {
  kill(): void
}

/** Makes the clock of a process that lives on `clock`. */
export function createProcessClock(clock: HubClock): ProcessClock {
  let isAlive = true
  const guarded = (run: () => void) => () => {
    if (isAlive) run()
  }
  return {
    now: clock.now,
    elapsed: clock.elapsed,
    after: (ms, run) => clock.after(ms, guarded(run)),
    soon: (run) => clock.soon(guarded(run)),
    kill() {
      isAlive = false
    },
  }
}
