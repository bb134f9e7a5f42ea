/** Chance that can be repeated: the same seed, the same numbers. */
export interface Chance {
  /** From 0 to below 1. */
  fraction(): number
  /** A whole number below. */
  below(bound: number): number
  one<T>(of: readonly T[]): T
}

/** Mulberry32. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(fraction() * bound)
  return { fraction, below, one: (of) => of[below(of.length)] as (typeof of)[number] }
}
