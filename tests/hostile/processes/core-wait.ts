import { readFileSync } from 'node:fs'

/**
 * For how long this process could have gone on and did not have a core, in milliseconds since its start. Linux tells it of
 * the main thread, which is the one that everybody waits for. 0 elsewhere.
 */
export function coreWaitMs(): number {
  try {
    const [, waitedNs] = readFileSync('/proc/self/schedstat', 'utf8').split(' ')
    return Number(waitedNs) / 1e6
  } catch {
    return 0
  }
}
