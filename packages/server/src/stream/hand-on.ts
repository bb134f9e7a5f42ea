/** When channels hand on what they have gathered. Pure; all times are of the hub's monotonic clock, in milliseconds. */

/** The last time channels handed on, and what became of it. */
export interface HandedOn {
  readonly publications: number
  readonly atMs: number
  /** To encode for each form, and to reach each outbox. */
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

/** The part of the time that handing on may take while sockets are written. */
const busyShare = 1 / 8

/** The parts of the time that a bunch takes to be written for which it may be waited for, and for its next publication. */
const bunchShare = 1 / 8
const gapShare = 1 / 64

/**
 * While sockets still wait for their turn, to hand on costs a round through all readers and saves no write, so it may
 * take no more than a share of the time; and yet the readers that are written first must not wait for the last.
 *
 * Otherwise at once, with one exception. Publications that come in bunches come one after the other, each by its own
 * connection. Where the last bunch took long to write, it is worth a small part of that time to wait until no more come:
 * the first would be written to every socket alone, and the others again to every socket.
 */
export function mayHandOn(gathered: Gathered, last: HandedOn, nowMs: number): boolean {
  const { writtenInMs } = last
  if (writtenInMs === undefined) return (nowMs - last.atMs) * busyShare >= last.tookMs
  if (last.publications <= 1) return true
  return nowMs - gathered.lastMs >= writtenInMs * gapShare || nowMs - gathered.sinceMs >= writtenInMs * bunchShare
}
