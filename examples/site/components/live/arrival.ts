import type { HandOver } from '@baro/client'
import { parseAt } from '@baro/core/protocol'

/** How a publication reached the browser: in the page, at a hand-over, in a fresh snapshot, or live. */
export type Arrival = 'page' | 'recovered' | 'fresh' | 'live'

/** How each publication of one life of a stream arrived, by offset. */
export interface Arrivals {
  readonly epoch: string
  readonly byOffset: ReadonlyMap<number, Arrival>
}

/** What a page shows at one moment. */
export interface Shown {
  readonly epoch: string
  readonly offsets: readonly number[]
  readonly handOver: HandOver | undefined
}

/**
 * Adds how those arrived that are seen for the first time, and forgets those that are shown no longer; the same object
 * if there are none. What is known stays: a later hand-over tells nothing of what came before it.
 */
export function arrivalsAfter(known: Arrivals | undefined, { epoch, offsets, handOver }: Shown): Arrivals {
  const before = known?.epoch === epoch ? known.byOffset : undefined
  if (known && before?.size === offsets.length && offsets.every((offset) => before.has(offset))) return known
  const byOffset = new Map(offsets.map((offset) => [offset, before?.get(offset) ?? arrivalOf(offset, handOver)]))
  return { epoch, byOffset }
}

/** How a publication arrived that was not there before the newest hand-over; without one it came in the page. */
function arrivalOf(offset: number, handOver: HandOver | undefined): Arrival {
  if (!handOver) return 'page'
  const { outcome, resumedAt, recovered } = handOver
  if (outcome === 'reset') return offset <= resumedAt ? 'fresh' : 'live'
  if (offset <= resumedAt) return 'page'
  return offset <= resumedAt + recovered ? 'recovered' : 'live'
}

/** Which life of the stream a position is of; empty for one that is of none. */
export function epochOf(position: string | undefined): string {
  return (position && parseAt(position)?.epoch) || ''
}
