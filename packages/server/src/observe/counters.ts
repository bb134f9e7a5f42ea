import type { ResetReason } from '@baro/core/broker'

/** What a hub has counted since it was made. */
export interface Counters {
  /** Sessions open now: of the SDK, those not let in yet included; plain streams; participants. */
  sessions: number
  /** Subscriptions of SDK sessions open now. */
  subscriptions: number
  /** Readers and polls that continued from their position. */
  recovered: number
  /** Readers and polls that got a fresh snapshot, by reason. */
  readonly reset: Record<ResetReason, number>
  /** Live readers that were cut, because their socket or this node could not keep up (I7). */
  slow: number
  /** Ticks that ended while sockets still waited to be written. It rises fast on a busy node. */
  paused: number
  /** Bytes that were written to WebSockets and event streams. */
  writtenBytes: number
  /** Messages, requests and handshakes answered with an error. */
  rejected: number
  /** Connections that were turned away, because their user or address had as many as it may have (I7). */
  turnedAway: number
  /** Publications appended through this hub. */
  published: number
  /** Repeated publishes that got the first answer (I5). */
  repeated: number
  /** Gaps that this node found in the broker's deliveries, and closed by reading. */
  gaps: number
  /** Publications at which a reducer threw; hub and browsers skip them. */
  skipped: number
}

/** Makes counters that stand at zero. */
export function createCounters(): Counters {
  return {
    sessions: 0,
    subscriptions: 0,
    recovered: 0,
    reset: { none: 0, queried: 0, epoch: 0, 'beyond-head': 0, trimmed: 0, rewritten: 0, refused: 0 },
    slow: 0,
    paused: 0,
    writtenBytes: 0,
    rejected: 0,
    turnedAway: 0,
    published: 0,
    repeated: 0,
    gaps: 0,
    skipped: 0,
  }
}
