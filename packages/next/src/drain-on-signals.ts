import type { Hub } from '@baro/server'

const mark = Symbol.for('baro.drains')

/** How long clients may take to be told, and how far apart they come back. */
const drainOptions = { spreadMs: 2_000, timeoutMs: 3_000 }

/**
 * Drains the hub when the process is asked to stop. Next then waits for its connections to end before it exits, and an
 * open WebSocket would keep it waiting for ever. Doing it again changes nothing.
 */
export function drainOnSignals(findHub: () => Hub | undefined): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    if (process.listeners(signal).some((listener) => mark in listener)) continue
    const drain = () => {
      const hub = findHub()
      void hub?.drain(drainOptions).then(() => hub.close())
    }
    process.on(signal, Object.assign(drain, { [mark]: true }))
  }
}
