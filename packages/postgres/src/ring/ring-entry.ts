/**
 * The ring of a table: the broker's channel that keeps its changes, of all filters together, in the order in which they
 * are delivered. The leader writes it, every node reads it. Its offsets are those of all channels of the table.
 */
import type { Json, Publication } from '@baro/core'
import type { Entry } from '@baro/core/broker'
import { encodeSegment } from '@baro/core/protocol'

/** A row as the log spells it: each column as text. */
export type Texts = Readonly<Record<string, string | null>>

/** A change of one row. */
export interface LoggedChange {
  readonly kind: 'insert' | 'update' | 'delete' | 'truncate'
  readonly xid: bigint
  readonly old?: Texts
  readonly new?: Texts
  /** The last one of its transaction in this table. */
  readonly isLast: boolean
}

/** What a ring holds. */
export type RingEntry =
  | LoggedChange
  /**
   * The table begins here: what came before does not lead to what follows. Everything that the snapshot does not see
   * follows.
   */
  | { readonly kind: 'start'; readonly from: string }

/** The payload of an entry, as the broker keeps it. */
type Kept = {
  readonly xid?: string
  readonly old?: Texts
  readonly new?: Texts
  readonly last?: 1
  readonly from?: string
}

/** The name of a table's ring. No client can follow it, because the prefix is reserved. */
export function ringOf(table: string): string {
  return `baro~rows:${encodeSegment(table)}`
}

/**
 * Writes a change for the broker.
 *
 * @param from The snapshot that sees everything before this entry; it stands at the first entry of each round, so that it
 * is known how far a ring reaches back when its oldest entries are gone.
 */
export function ringEntry(
  change: LoggedChange,
  { id, time, from }: { readonly id: string; readonly time: number; readonly from?: string | undefined },
): Entry {
  const { kind, xid, old, new: row, isLast } = change
  const payload: Kept = {
    xid: String(xid),
    ...(old && { old }),
    ...(row && { new: row }),
    ...(isLast && { last: 1 }),
    ...(from !== undefined && { from }),
  }
  return { type: kind, payload: payload as Json, id, time }
}

/** Writes the beginning of a table. */
export function startEntry(from: string, { id, time }: { readonly id: string; readonly time: number }): Entry {
  return { type: 'start', payload: { from }, id, time }
}

/** Reads an entry that {@link ringEntry} or {@link startEntry} wrote. */
export function readRingEntry({ type, payload }: Publication): RingEntry {
  const { xid = '0', old, new: row, last, from = '' } = payload as Kept
  if (type === 'start') return { kind: 'start', from }
  return {
    kind: type as LoggedChange['kind'],
    xid: BigInt(xid),
    ...(old && { old }),
    ...(row && { new: row }),
    isLast: last === 1,
  }
}

/** The snapshot that sees everything before this entry, if it says so. */
export function fromOf({ payload }: Publication): string | undefined {
  return (payload as Kept).from
}
