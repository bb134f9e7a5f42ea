import type { Randomness } from '../ports/randomness.ts'
import { systemRandomness } from './randomness.ts'

// Asking for 12 bytes takes as long as asking for some thousand.
const ready = new Uint8Array(3_072)
let given = ready.length

/**
 * {@link systemRandomness} for hubs and brokers, which make an id for each publication: it asks the machine seldom, for
 * many bytes. A browser makes a few ids, and would only load more.
 */
export const pooledRandomness: Randomness = {
  ...systemRandomness,
  bytes(count) {
    if (count > ready.length) return systemRandomness.bytes(count)
    if (given + count > ready.length) {
      ready.set(systemRandomness.bytes(ready.length))
      given = 0
    }
    const bytes = ready.slice(given, given + count)
    // What was given is not kept here: who reads this memory later must not find an id in it.
    ready.fill(0, given, given + count)
    given += count
    return bytes
  },
}
