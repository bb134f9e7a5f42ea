/** Makes random values for property tests; the same seed makes the same values. */
export interface Generator {
  /** A whole number from 0 to below `limit`. */
  whole(limit: number): number
  pick<T>(list: readonly [T, ...T[]] | string): T
  /** At most `longest` picks of the list, joined. */
  text(list: readonly [string, ...string[]] | string, longest: number): string
}

/** Starts a generator (mulberry32). */
export function createGenerator(seed: number): Generator {
  let state = seed >>> 0
  const whole = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
  const pick = <T>(list: readonly [T, ...T[]] | string): T => list[whole(list.length)] as T
  return {
    whole,
    pick,
    text: (list, longest) => Array.from({ length: whole(longest + 1) }, () => pick<string>(list)).join(''),
  }
}
