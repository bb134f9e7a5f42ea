/** Decides when channels hand on what they have gathered. All times are milliseconds of the hub's monotonic clock. */

/** The last time that channels handed on, and what it cost. */
export interface HandedOn {
  /** Deliveries of the broker; one may bring many publications, or none. */
  readonly deliveries: number
  readonly atMs: number
  /** How long it took to encode for each dialect, and to reach each outbox. */
  readonly tookMs: number
  /** How long it took until every socket was written; `undefined` while some wait for their turn. */
  readonly writtenInMs: number | undefined
}

/** What waits to be handed on. */
export interface Gathered {
  readonly deliveries: number
  /** When the first one came. */
  readonly sinceMs: number
  /** When the last one came. */
  readonly lastMs: number
}

/** The share of the time that handing on may take while sockets wait to be written, and the longest wait for it. */
const busyShare = 1 / 8
const longestBusyMs = 50

/**
 * How long a bunch is waited for, as shares of the time that the last bunch took to be written: for the whole bunch,
 * and for what comes next in it. That time counts up to a limit, because it includes whatever else was written.
 */
const bunchShare = 1 / 8
const gapShare = 1 / 64
const longestWrittenInMs = 64

/** Whoever was written in this time is a small room: to write it once more costs less than to wait for what may come. */
const smallRoomMs = 1

/**
 * Whether what comes first in a turn of the event loop is handed on at once, before the turn ends: last time it came alone,
 * to a small room. What follows it in the same turn waits for the end of the turn.
 */
export function mayHandOnAtOnce({ deliveries, writtenInMs }: HandedOn): boolean {
  return deliveries <= 1 && writtenInMs !== undefined && writtenInMs < smallRoomMs
}

/**
 * Whether channels hand on at the end of a turn.
 *
 * While sockets still wait for their turn, handing on costs a round through all readers and saves no write. So it may
 * take only a share of the time. It must not wait for the last socket either, because the first ones are ready for
 * more.
 *
 * Otherwise channels hand on at once, with one exception. The publications of a bunch come one after the other, each on
 * its own connection. If the last bunch took long to write, the hub waits a small part of that time until no more come.
 * Without the wait, the first publication would be written to every socket alone, and the others in a second round.
 */
export function mayHandOn(gathered: Gathered, last: HandedOn, nowMs: number): boolean {
  if (last.writtenInMs === undefined) return nowMs - last.atMs >= Math.min(last.tookMs / busyShare, longestBusyMs)
  if (last.deliveries <= 1) return true
  const writtenInMs = Math.min(last.writtenInMs, longestWrittenInMs)
  return nowMs - gathered.lastMs >= writtenInMs * gapShare || nowMs - gathered.sinceMs >= writtenInMs * bunchShare
}
