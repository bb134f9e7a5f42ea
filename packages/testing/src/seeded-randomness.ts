import type { Randomness } from '@baro/core/broker'

/** Chance that repeats: the same seed gives the same numbers for ever. Not for secrets. */
export interface SeededRandomness extends Randomness {
  /** A whole number from `from` to `to`, both included. */
  integer(from: number, to: number): number
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T
  /** `true` with this probability, from 0 to 1. */
  chance(probability: number): boolean
  /** An independent stream of the same seed: who draws from one does not change what the other gives. */
  fork(name: string): SeededRandomness
}

/**
 * Makes seeded randomness.
 *
 * @example
 * ```ts
 * const randomness = createSeededRandomness(42)
 * randomness.integer(1, 6) // the same dice in every run
 * ```
 */
export function createSeededRandomness(seed: number | string): SeededRandomness {
  const next = sfc32(hash(String(seed)))
  const fraction = (): number => next() / 2 ** 32
  return {
    fraction,
    bytes: (count) => Uint8Array.from({ length: count }, () => next() >>> 24),
    integer: (from, to) => from + Math.floor(fraction() * (to - from + 1)),
    pick: <T>(list: readonly T[]) => {
      if (list.length === 0) throw new RangeError('Nothing to pick from: the list is empty.')
      return list[Math.floor(fraction() * list.length)] as T
    },
    chance: (probability) => fraction() < probability,
    fork: (name) => createSeededRandomness(`${seed}/${name}`),
  }
}

type Words = readonly [number, number, number, number]

/** cyrb128, by bryc (public domain): spreads a text over 128 bits, so that seeds 1 and 2 have nothing in common. */
function hash(text: string): Words {
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762]
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    a = b ^ Math.imul(a ^ unit, 597399067)
    b = c ^ Math.imul(b ^ unit, 2869860233)
    c = d ^ Math.imul(c ^ unit, 951274213)
    d = a ^ Math.imul(d ^ unit, 2716044179)
  }
  a = Math.imul(c ^ (a >>> 18), 597399067)
  b = Math.imul(d ^ (b >>> 22), 2869860233)
  c = Math.imul(a ^ (c >>> 17), 951274213)
  d = Math.imul(b ^ (d >>> 19), 2716044179)
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, d ^ a]
}

/** sfc32, by Chris Doty-Humphrey (public domain): small, fast, passes PractRand. Gives 32 bits a call. */
function sfc32([a, b, c, d]: Words): () => number {
  return () => {
    const sum = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return sum >>> 0
  }
}
