import type { HandOver } from '@baro/client'

/** How a publication reached the browser: in the page, at the hand-over, in a fresh snapshot, or live. */
export type Arrival = 'page' | 'recovered' | 'fresh' | 'live'

/** Says how the publication at an offset reached the browser. */
export function arrivalOf(offset: number, handOver: HandOver | undefined): Arrival {
  if (!handOver) return 'page'
  const { outcome, rendered = 0, resumedAt, recovered } = handOver
  if (outcome === 'reset') return offset <= resumedAt ? 'fresh' : 'live'
  if (offset <= rendered) return 'page'
  // Between the page and where a later hand-over went on, it was live then.
  return offset > resumedAt && offset <= resumedAt + recovered ? 'recovered' : 'live'
}
