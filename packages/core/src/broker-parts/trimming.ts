/** What a broker keeps beyond the bounds of a history, for a state that is still to be folded from it. */
import type { HistoryBounds } from '../ports/broker.ts'

/**
 * How much is kept beyond each bound while a checkpoint is due: as much as the bound again, and at least this, because
 * a bound may be tiny or 0.
 */
const slack = { publications: 100, bytes: 1 << 16 }

/** Whether so much is kept that even what a state is folded from goes. */
export function isFarOver(publications: number, keptBytes: number, { size, bytes }: HistoryBounds): boolean {
  return publications > size + Math.max(size, slack.publications) || keptBytes > bytes + Math.max(bytes, slack.bytes)
}

/**
 * Bounds for appends by a node that does not have the channel, where its definition has a state: nobody offers a checkpoint then,
 * so history is kept as if one were due, until a node that has the channel folds it.
 */
export function boundsOfUnfolded({ size, ttlMs, bytes }: HistoryBounds): HistoryBounds {
  return {
    size: size + Math.max(size, slack.publications),
    ttlMs: Math.max(ttlMs, otherVersionStaysMs),
    bytes: bytes + Math.max(bytes, slack.bytes),
  }
}

/**
 * So long is the checkpoint of another version kept, and the history that leads on from it, after its place was taken: longer
 * than a rolling deploy takes, and not so long that history outlives its bounds.
 */
export const otherVersionStaysMs = 3_600_000

/**
 * Whether the state at the head is still to be folded from the publication at this offset and those before it.
 *
 * @param foldedTo Where the newest checkpoint stands, of two versions the older one; 0 for a state without one; `undefined` if there is no state.
 */
export function isUnfolded(offset: number, floor: number, foldedTo: number | undefined): boolean {
  // Once a publication after the checkpoint is gone, those after it lead to no state.
  return foldedTo !== undefined && foldedTo >= floor && foldedTo < offset
}
