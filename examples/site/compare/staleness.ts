/**
 * How old what a visitor sees is. A value is stale from the moment the next one was there, whatever it says of itself. All
 * moments are those of one clock, the visitor's: when the page itself heard of each value.
 */

/** When values were there, by their number; numbers rise by one. */
export interface Truth {
  readonly newest: number
  /** `undefined` for what was too long ago to know. */
  heardAt(offset: number): number | undefined
}

/** What was measured of one way. */
export interface Measured {
  /** What is on the screen; 0 before there is anything. */
  readonly offset: number
  /** Milliseconds from the beginning until something was on the screen. */
  readonly firstMs: number | undefined
  /** How stale that was. */
  readonly firstStaleMs: number | undefined
  /** Milliseconds with something stale, or nothing, on the screen, each weighed by how stale it was. */
  readonly sumMs: number
  readonly samples: number
  readonly worstMs: number
  readonly requests: number
  readonly bytes: number
}

/** Nothing was measured yet. */
export const nothing: Measured = {
  offset: 0,
  firstMs: undefined,
  firstStaleMs: undefined,
  sumMs: 0,
  samples: 0,
  worstMs: 0,
  requests: 0,
  bytes: 0,
}

/** How stale a value is at a moment; undefined if it is older than what is known. */
export function staleMs(offset: number, truth: Truth, now: number): number | undefined {
  if (offset >= truth.newest) return 0
  const replacedAt = truth.heardAt(offset + 1)
  return replacedAt === undefined ? undefined : Math.max(0, now - replacedAt)
}

/** Takes a look at what is on the screen. */
export function sampled(measured: Measured, truth: Truth, now: number): Measured {
  const stale = measured.offset === 0 ? undefined : staleMs(measured.offset, truth, now)
  if (stale === undefined) return measured
  return {
    ...measured,
    sumMs: measured.sumMs + stale,
    samples: measured.samples + 1,
    worstMs: Math.max(measured.worstMs, stale),
  }
}

/** Something is on the screen; what is older than what is there already is not shown. */
export function showing(measured: Measured, offset: number, truth: Truth, now: number, began: number): Measured {
  if (offset <= measured.offset) return measured
  if (measured.firstMs !== undefined) return { ...measured, offset }
  return { ...measured, offset, firstMs: now - began, firstStaleMs: staleMs(offset, truth, now) ?? 0 }
}
