import { type Lane, percentile } from './lane.ts'

/** What stands where nothing was measured yet. */
export const noFigure = '–'

/** What a lane has measured, as text; {@link noFigure} where there is nothing yet. */
export function figuresOf({ newest, latencies, requests, bytes, live }: Lane) {
  const each = (total: number, digits: number) => (live > 0 ? (total / live).toFixed(digits) : noFigure)
  const latency = (share: number) => {
    const found = percentile(latencies, share)
    return found === undefined ? noFigure : `${Math.round(found)} ms`
  }
  return {
    newest: newest > 0 ? String(newest) : noFigure,
    p50: latency(0.5),
    p99: latency(0.99),
    requests: each(requests, 2),
    bytes: each(bytes, 0),
  }
}
