/** Chance as a parameter: a simulation passes seeded chance, and replays exactly. */
export interface Randomness {
  /** A number in [0, 1), for jitter. */
  fraction(): number
  /** Bytes that cannot be guessed, for ids. */
  bytes(count: number): Uint8Array
}
