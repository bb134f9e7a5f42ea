import type { Arrival } from '../live/arrival.ts'

/** Times, one after the other, whose samples came in the same way. In seconds since 1970. */
export interface ArrivalSpan {
  readonly from: number
  readonly to: number
  readonly arrival: Arrival
}

/** How each stretch of a chart reached the browser. A sample stands for the time up to the next one. */
export function arrivalSpans(times: readonly number[], arrivals: readonly Arrival[]): readonly ArrivalSpan[] {
  const spans: ArrivalSpan[] = []
  for (const [index, from] of times.entries()) {
    const arrival = arrivals[index]
    if (arrival === undefined) continue
    const to = times[index + 1] ?? from
    const last = spans.at(-1)
    if (last?.arrival === arrival) spans[spans.length - 1] = { ...last, to }
    else spans.push({ from, to, arrival })
  }
  return spans
}
