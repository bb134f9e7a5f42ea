import { BaroError } from '@baro/core'

const windowMs = 60_000

/**
 * Counts what each user has begun in the last minute, and all of them together: names cost nothing here, so a bound for each
 * alone would be none (I7).
 */
export function createFairShare(
  { each, all }: { readonly each: number; readonly all: number },
  now: () => number,
): { take(who: string): void } {
  let taken: readonly { readonly who: string; readonly at: number }[] = []
  return {
    /** @throws {BaroError} `rate-limited`, with the time after which there is room again. */
    take(who) {
      taken = taken.filter(({ at }) => at > now() - windowMs)
      const own = taken.filter((one) => one.who === who)
      const first = own.length >= each ? own[0] : taken.length >= all ? taken[0] : undefined
      if (first !== undefined) {
        const retryAfterMs = first.at + windowMs - now()
        throw new BaroError(
          'rate-limited',
          `That is enough for now. Try again in ${Math.ceil(retryAfterMs / 1_000)} s.`,
          {
            retryAfterMs,
          },
        )
      }
      taken = [...taken, { who, at: now() }]
    },
  }
}
