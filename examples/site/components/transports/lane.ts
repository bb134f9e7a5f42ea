import type { HandOver } from '@baro/client'
import type { Arrival } from './reading.ts'

/** Publications that a lane shows, side by side with the same ones in the other lanes. */
export const laneLength = 48

/** How many deliveries the percentiles are taken from. */
const keptLatencies = 500

/** How a publication came: which of the four had it first, or that it was published before the start. */
export type Place = 'first' | 'later' | 'before'

/** What one transport has brought since the start. Each function below gives the next one. */
export interface Lane {
  readonly link: 'off' | 'connecting' | 'open' | 'waiting'
  /** Offset of the newest publication that arrived, or of where it began. */
  readonly newest: number
  readonly received: number
  /** How many of them were published after the start. */
  readonly live: number
  /** Offsets that were skipped. */
  readonly missing: number
  /** Publications that came again. */
  readonly doubled: number
  /** What the live ones took; catching up with the others is not in it. */
  readonly requests: number
  readonly bytes: number
  /** How often it was the first. */
  readonly firsts: number
  /** Of publications made after the start, in milliseconds, oldest first. */
  readonly latencies: readonly number[]
  readonly places: ReadonlyMap<number, Place>
  readonly handOver: HandOver | undefined
}

/** A lane before the start. */
export function emptyLane(): Lane {
  return {
    link: 'off',
    newest: 0,
    received: 0,
    live: 0,
    missing: 0,
    doubled: 0,
    requests: 0,
    bytes: 0,
    firsts: 0,
    latencies: [],
    places: new Map(),
    handOver: undefined,
  }
}

/** A lane that starts at the page's offset; without one the server's answer says where. */
export function startedAt(offset: number | undefined): Lane {
  const lane = { ...emptyLane(), link: 'connecting' } as const
  if (offset === undefined) return lane
  const handOver = { rendered: offset, outcome: 'recovered', resumedAt: offset, recovered: 0, missing: 0 } as const
  return { ...lane, newest: offset, handOver }
}

/** The stream went on from another place, with a fresh value. */
export function resetTo(lane: Lane, offset: number, reason: string): Lane {
  const { rendered } = lane.handOver ?? {}
  const handOver = { rendered, outcome: 'reset', reason, resumedAt: offset, recovered: 0, missing: 0 } as const
  return { ...lane, newest: offset, places: new Map(), handOver }
}

/** A publication arrived. `isFirst` if no other lane has it. */
export function arrivedIn(
  lane: Lane,
  { offset, time }: Arrival,
  how: { readonly startedAtMs: number; readonly nowMs: number; readonly isFirst: boolean; readonly bytes: number },
): Lane {
  if (offset <= lane.newest) return { ...lane, received: lane.received + 1, doubled: lane.doubled + 1 }
  const { nowMs, isFirst } = how
  const isLive = time >= how.startedAtMs
  const missing = lane.missing + offset - lane.newest - 1
  const places = new Map(lane.places).set(offset, isLive ? (isFirst ? 'first' : 'later') : 'before')
  for (const kept of places.keys()) if (kept <= offset - laneLength) places.delete(kept)
  return {
    ...lane,
    newest: offset,
    received: lane.received + 1,
    live: lane.live + (isLive ? 1 : 0),
    bytes: lane.bytes + (isLive ? how.bytes : 0),
    missing,
    firsts: lane.firsts + (isLive && isFirst ? 1 : 0),
    latencies: isLive ? [...lane.latencies, nowMs - time].slice(-keptLatencies) : lane.latencies,
    places,
    handOver: lane.handOver && {
      ...lane.handOver,
      missing,
      recovered: lane.handOver.recovered + (isLive ? 0 : 1),
      firstLive: lane.handOver.firstLive ?? (isLive ? offset : undefined),
    },
  }
}

/** The value that a share of the latencies does not exceed, nearest rank; `undefined` without any. */
export function percentile(latencies: readonly number[], share: number): number | undefined {
  const sorted = latencies.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
}
