/**
 * What follows a database snapshot in a ring (I12). A transaction is delivered if and only if the snapshot does not see it.
 * What the snapshot sees may still be on its way into the ring, so first the feed has to pass the snapshot.
 *
 *   snapshot S ──▶ has the feed passed S? ──▶ does the ring reach back to S? ──▶ all of it that S does not see, up to a place
 *                       no: waits                    no: reset                    behind which S sees nothing
 */
import { BaroError } from '@baro/core'
import type { StreamView } from '@baro/core/broker'
import type { Place } from '@baro/core/protocol'
import type { ChangeFeed } from '../ports/change-feed.ts'
import { type DatabaseSnapshot, includes, parseSnapshot } from '../snapshot/database-snapshot.ts'
import { fromOf } from './ring-entry.ts'
import { entriesOf, placeOf, type RingPart } from './ring-scan.ts'
import type { RingView, TableRing } from './table-ring.ts'

/** How long somebody waits for the feed, and how often it is asked. */
const passTimeoutMs = 10_000
const passPollMs = 50

/** The visibility rule, as a parameter: a test shows that another one loses and doubles. */
export type Sees = (snapshot: DatabaseSnapshot, xid: bigint) => boolean

/** What passing knows already, so that a snapshot that is older than it needs no question to the database. */
export class FeedPassing {
  readonly #feed: Pick<ChangeFeed, 'progress'>
  readonly #ring: TableRing
  #finished: DatabaseSnapshot | undefined

  constructor(feed: Pick<ChangeFeed, 'progress'>, ring: TableRing) {
    this.#feed = feed
    this.#ring = ring
  }

  /** @throws {BaroError} `unavailable` if the feed does not come so far in time. */
  async passed(snapshot: DatabaseSnapshot): Promise<void> {
    if (this.#finished && includes(this.#finished, snapshot)) return
    const { clock, table } = this.#ring.parts
    for (const until = clock.elapsed() + passTimeoutMs; ; ) {
      const moved = this.#ring.moved(passPollMs)
      const { finished, hasPassed } = await this.#feed.progress(table.name, snapshot)
      if (hasPassed) {
        this.#finished = finished
        return
      }
      if (clock.elapsed() > until)
        throw new BaroError('unavailable', `The changes of ${JSON.stringify(table.name)} are late. Try again.`)
      await moved
    }
  }

  /** Another life of the database has begun, whose transactions have other numbers. */
  forget(): void {
    this.#finished = undefined
  }

  /** What sees everything that was ever appended. */
  async recorded(): Promise<DatabaseSnapshot> {
    const { recorded } = await this.#feed.progress(this.#ring.parts.table.name, { xmin: 1n, xmax: 1n, xip: new Set() })
    return recorded
  }
}

/** Everything that follows a snapshot; `undefined` if the ring does not reach back so far. */
export async function rowsAfter(
  passing: FeedPassing,
  ring: TableRing,
  view: RingView,
  snapshot: DatabaseSnapshot,
  bytes: number,
  isSeen: Sees,
): Promise<StreamView | undefined> {
  await passing.passed(snapshot)
  const part = await partAfter(passing, ring, snapshot, bytes)
  if (!part) return undefined
  const { epoch, head, floor, upTo } = part
  const { publications, unreadable } = view.select(part, (xid) => !isSeen(snapshot, xid))
  if (unreadable > 0) return undefined
  const from = placeBefore(part, publications[0]?.offset)
  return { epoch, head, floor, ...(from && { from }), publications, upTo }
}

/** The place right before a publication; without one, nothing follows: the place behind all that was read. */
function placeBefore({ entries, from, upTo }: RingPart, offset: number | undefined): Place | undefined {
  if (offset === undefined) return upTo
  const before = entries.findLast(({ publication }) => publication.offset < offset)?.publication
  return before ? placeOf(before) : from
}

/** Entries that are read first, and then at a time: most pages are a moment old. */
const slices = { first: 100, next: 500 } as const

/**
 * The end of a ring, from the newest entry on before which the snapshot sees everything; `undefined` if there is none. It is
 * looked for from the head backwards, so that a page costs what came since, and not what is kept.
 */
async function partAfter(
  passing: FeedPassing,
  ring: TableRing,
  snapshot: DatabaseSnapshot,
  bytes: number,
): Promise<RingPart | undefined> {
  const { broker } = ring.parts
  const newest = await broker.read(ring.name, { limit: slices.first, bytes })
  const { epoch, head, upTo } = newest
  let view = newest
  let entries = entriesOf(view)
  for (;;) {
    const { floor } = view
    const begins = entriesOf(view).findLast(({ publication, entry }) => {
      const from = fromOf(publication)
      return entry.kind === 'start' || (from !== undefined && includes(snapshot, parseSnapshot(from)))
    })
    if (begins) {
      const { offset } = begins.publication
      // What came before the beginning of the table does not lead here.
      if (!includes(snapshot, parseSnapshot(fromOf(begins.publication) ?? ''))) return undefined
      const at = entries.findIndex(({ publication }) => publication.offset === offset)
      const before = entries[at - 1]?.publication
      const from = before
        ? placeOf(before)
        : (await broker.read(ring.name, { after: offset - 1, limit: 0, bytes: 0 })).from
      return { epoch, head, floor, ...(from && { from }), entries: entries.slice(at), upTo }
    }
    const first = view.publications[0]?.offset
    if (first === undefined || first - 1 <= floor) break
    view = await broker.read(ring.name, { limit: slices.next, bytes, until: first - 1 })
    if (view.epoch !== epoch) return undefined
    entries = [...entriesOf(view), ...entries]
  }
  // Nothing says what is before all this: then it must be everything that there is.
  if (entries.some(({ publication }) => fromOf(publication) !== undefined)) return undefined
  if (!includes(snapshot, await passing.recorded())) return undefined
  const from = entries[0] && (await broker.read(ring.name, { after: view.floor, limit: 0, bytes: 0 })).from
  return { epoch, head, floor: view.floor, ...(from && { from }), entries, upTo }
}
