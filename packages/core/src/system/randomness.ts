import type { Randomness } from '../ports/randomness.ts'

declare const crypto: { getRandomValues(array: Uint8Array): Uint8Array }

// Asking for 12 bytes takes as long as asking for some thousand.
const ready = new Uint8Array(3_072)
let given = ready.length

/** The randomness of the machine. Its bytes come from `crypto`, so nobody can guess an id made from them. */
export const systemRandomness: Randomness = {
  fraction: () => Math.random(),
  bytes(count) {
    if (count > ready.length) return crypto.getRandomValues(new Uint8Array(count))
    if (given + count > ready.length) {
      crypto.getRandomValues(ready)
      given = 0
    }
    const bytes = ready.slice(given, given + count)
    // What was given is not kept here: who reads this memory later must not find an id in it.
    ready.fill(0, given, given + count)
    given += count
    return bytes
  },
}
