/** When channels hand on what they have gathered. Pure; all times are of the hub's monotonic clock, in milliseconds. */

/** The last time channels handed on, and what became of it. */
export interface HandedOn {
  readonly publications: number
  readonly atMs: number
  /** To encode for each dialect, and to reach each outbox. */
  readonly tookMs: number
  /** Until every socket was written; `undefined` while some wait for their turn. */
  readonly writtenInMs: number | undefined
}

/** What waits to be handed on. */
export interface Gathered {
  readonly publications: number
  /** When the first of it came. */
  readonly sinceMs: number
  /** When the last of it came. */
  readonly lastMs: number
}

/** The part of the time that handing on may take while sockets are written, and how long it waits for that at most. */
const busyShare = 1 / 8
const longestBusyMs = 50

/**
 * The parts of the time that a bunch takes to be written for which it may be waited for, and for its next publication;
 * and the longest time that is gone by, for whatever else was written counts too.
 */
const bunchShare = 1 / 8
const gapShare = 1 / 64
const longestWrittenInMs = 64

/**
 * While sockets still wait for their turn, to hand on costs a round through all readers and saves no write, so it may
 * take no more than a share of the time; and yet the readers that are written first must not wait for the last.
 *
 * Otherwise at once, with one exception. Publications that come in bunches come one after the other, each by its own
 * connection. Where the last bunch took long to write, it is worth a small part of that time to wait until no more come:
 * the first would be written to every socket alone, and the others again to every socket.
 */
export function mayHandOn(gathered: Gathered, last: HandedOn, nowMs: number): boolean {
  if (last.writtenInMs === undefined) return nowMs - last.atMs >= Math.min(last.tookMs / busyShare, longestBusyMs)
  if (last.publications <= 1) return true
  const writtenInMs = Math.min(last.writtenInMs, longestWrittenInMs)
  return nowMs - gathered.lastMs >= writtenInMs * gapShare || nowMs - gathered.sinceMs >= writtenInMs * bunchShare
}
