/**
 * How much work may come in (I7), decided purely. Work is measured in the time that the rate takes to earn it. So all
 * that an allowance remembers is one number: when everything that was spent will be earned again.
 */

/** How fast work may come in, on average. */
export interface Rate {
  readonly messagesPerSecond: number
  readonly bytesPerSecond: number
}

/** What was spent may be as much ahead of the clock: a client comes back with all its subscriptions at once. */
const burstMs = 2_000

/** What messages cost, in milliseconds: the time of their number or that of their bytes, whichever is longer. */
export function costMs({ messagesPerSecond, bytesPerSecond }: Rate, messages: number, bytes: number): number {
  return Math.max((1_000 * messages) / messagesPerSecond, (1_000 * bytes) / bytesPerSecond)
}

/** When all is earned again, after spending more. It may be spent what is not there: it has come already. */
export function spend(earnedAtMs: number, nowMs: number, cost: number): number {
  return Math.max(earnedAtMs, nowMs) + cost
}

/** How long nothing more may come: until there is enough for `next`. 0 if there is. */
export function waitMs(earnedAtMs: number, nowMs: number, next: number): number {
  const wait = earnedAtMs + next - nowMs - burstMs
  // A rest of a rounding is no debt; a whole one would be waited for by a timer that fires too early, again and again.
  return wait < 1e-6 ? 0 : wait
}
