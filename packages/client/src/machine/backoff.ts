/** How long a client waits before it tries again. */
export interface Backoff {
  /** The longest wait before the first retry, in milliseconds. Default 1,000. */
  readonly baseMs: number
  /** The longest wait of all, in milliseconds. Default 30,000. While somebody looks, a connection waits 10,000 at most. */
  readonly maxMs: number
}

/** The waits of a client that names none. */
export const defaultBackoff: Backoff = { baseMs: 1_000, maxMs: 30_000 }

/**
 * The wait after so many failures in a row. Full jitter: anything between nothing and the doubled bound, so that the
 * thousands that one crash threw out do not come back together.
 *
 * @param fraction A random number in [0, 1).
 */
export function backoffMs({ baseMs, maxMs }: Backoff, failures: number, fraction: number): number {
  return Math.round(fraction * Math.min(maxMs, baseMs * 2 ** failures))
}
