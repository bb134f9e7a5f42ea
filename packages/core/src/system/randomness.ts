import type { Randomness } from '../ports/randomness.ts'

declare const crypto: { getRandomValues(array: Uint8Array): Uint8Array }

/** The randomness of the machine. Its bytes come from `crypto`, so nobody can guess an id made from them. */
export const systemRandomness: Randomness = {
  fraction: () => Math.random(),
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
}
