/** Reads of a ring: as much as is needed at once, and never a part of a transaction that would fit. */
import type { Publication } from '@baro/core'
import type { Broker, StreamView } from '@baro/core/broker'
import { checkOf, type Place } from '@baro/core/protocol'
import { type RingEntry, readRingEntry } from './ring-entry.ts'

/** A part of a ring. */
export interface RingPart {
  readonly epoch: string
  readonly head: Place
  readonly floor: number
  /** The place right before the entries; absent if it is not known. */
  readonly from?: Place
  readonly entries: readonly { readonly publication: Publication; readonly entry: RingEntry }[]
  /** How far was read. */
  readonly upTo: Place
}

/** Entries that one read of the broker brings. */
const slice = 500

/**
 * Reads on from an offset, slice by slice, until `isEnough` says so, or up to the head. It ends behind a whole transaction,
 * unless one is larger than `bytes`. A stream that changes its life meanwhile ends the part.
 */
export async function readRing(
  broker: Pick<Broker, 'read'>,
  ring: string,
  after: number,
  bytes: number,
  isEnough: (entries: RingPart['entries']) => boolean,
): Promise<RingPart> {
  let last = await broker.read(ring, { after, limit: slice, bytes })
  let part: RingPart = { ...partOf(last), entries: entriesOf(last), upTo: last.upTo }
  while (last.upTo.offset < last.head.offset) {
    // A slice that is short of entries has all the bytes that may be read at once.
    const isFull = last.publications.length < slice || isEnough(part.entries)
    const end = isFull ? part.entries.findLastIndex(({ entry }) => isEndOf(entry)) : -1
    if (end >= 0) return cutAfter(part, end)
    if (last.publications.length < slice) return part
    const next = await broker.read(ring, { after: last.upTo.offset, limit: slice, bytes })
    const isSame = next.epoch === part.epoch && (next.from === undefined || next.from.check === last.upTo.check)
    if (!isSame || next.upTo.offset === last.upTo.offset) return part
    part = {
      ...part,
      head: next.head,
      floor: next.floor,
      entries: [...part.entries, ...entriesOf(next)],
      upTo: next.upTo,
    }
    last = next
  }
  return part
}

function cutAfter(part: RingPart, end: number): RingPart {
  const publication = part.entries[end]?.publication
  if (end === part.entries.length - 1 || !publication) return part
  return { ...part, entries: part.entries.slice(0, end + 1), upTo: placeOf(publication) }
}

/** Where an entry stands. */
export function placeOf({ offset, id }: Publication): Place {
  return { offset, check: checkOf(id) }
}

/** Whether a reader may stop behind this entry: it is the last of its transaction. */
export function isEndOf(entry: RingEntry | undefined): boolean {
  return entry === undefined || entry.kind === 'start' || entry.isLast
}

function partOf({ epoch, head, floor, from }: StreamView): Omit<RingPart, 'entries' | 'upTo'> {
  return { epoch, head, floor, ...(from && { from }) }
}

/** What a read of the broker brought, as entries. */
export function entriesOf({ publications }: Pick<StreamView, 'publications'>): RingPart['entries'] {
  return publications.map((publication) => ({ publication, entry: readRingEntry(publication) }))
}
