import type { ResetReason } from '@baro/core'

/** What a hub has counted since it was made. */
export interface Counters {
  /** Sessions open now. */
  sessions: number
  /** Subscriptions open now. */
  subscriptions: number
  /** Subscribes that continued from their position. */
  recovered: number
  /** Readers that got a fresh snapshot, by reason. */
  readonly reset: Record<ResetReason, number>
  /** Readers cut because their socket, or this node, could not keep up (I7). */
  slow: number
  /** Times that something had to wait for its turn to be written: often means that the node is busy. */
  paused: number
  /** Messages and handshakes answered with an error. */
  rejected: number
  /** Publications appended through this hub. */
  published: number
  /** Repeated publishes that got the first answer (I5). */
  repeated: number
  /** Gaps this node found in what the broker delivered, and closed by reading. */
  gaps: number
  /** Publications that a reducer threw on and both sides skipped. */
  skipped: number
}

/** Makes counters that stand at zero. */
export function createCounters(): Counters {
  return {
    sessions: 0,
    subscriptions: 0,
    recovered: 0,
    reset: { none: 0, queried: 0, epoch: 0, 'beyond-head': 0, trimmed: 0, rewritten: 0 },
    slow: 0,
    paused: 0,
    rejected: 0,
    published: 0,
    repeated: 0,
    gaps: 0,
    skipped: 0,
  }
}
