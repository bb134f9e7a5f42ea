/** How long a client waits before it tries again. */
export interface Backoff {
  /** The longest wait before the first retry, in milliseconds. Default 1,000. */
  readonly baseMs?: number | undefined
  /** The longest wait of all, in milliseconds. Default 30,000. While somebody looks, a connection waits 10,000 at most. */
  readonly maxMs?: number | undefined
}

/**
 * The wait after so many failures in a row. Full jitter: anything between nothing and the doubled bound, so that the
 * thousands that one crash threw out do not come back together.
 *
 * @param fraction A random number in [0, 1).
 * @param mostMs A lower bound for now.
 */
export function backoffMs(
  { baseMs = 1_000, maxMs = 30_000 }: Backoff | undefined = {},
  failures: number,
  fraction: number,
  mostMs: number = maxMs,
): number {
  return Math.round(fraction * Math.min(mostMs, maxMs, baseMs * 2 ** failures))
}
