import type { Randomness } from '../ports/randomness.ts'

declare const crypto: { getRandomValues(array: Uint8Array): Uint8Array }

/** The randomness of the machine, good enough for ids that nobody may guess. */
export const systemRandomness: Randomness = {
  fraction: () => Math.random(),
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
}
