/**
 * What follows a database snapshot in a ring (I12). A transaction is delivered if and only if the snapshot does not see it.
 * What the snapshot sees may still be on its way into the ring, so first the feed has to pass the snapshot.
 *
 *   snapshot S ──▶ has the feed passed S? ──▶ does the ring reach back to S? ──▶ all of it that S does not see, up to a place
 *                       no: waits                    no: reset                    behind which S sees nothing
 */
import { BaroError } from '@baro/core'
import type { StreamView } from '@baro/core/broker'
import { checkOf, type Place } from '@baro/core/protocol'
import type { ChangeFeed } from '../ports/change-feed.ts'
import { type DatabaseSnapshot, includes, parseSnapshot } from '../snapshot/database-snapshot.ts'
import { fromOf } from './ring-entry.ts'
import { type RingPart, readRing } from './ring-scan.ts'
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
      this.#finished = finished
      if (hasPassed) return
      if (clock.elapsed() > until)
        throw new BaroError('unavailable', `The changes of ${JSON.stringify(table.name)} are late. Try again.`)
      await moved
    }
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
  const { broker } = ring.parts
  const { floor } = await broker.read(ring.name, { limit: 0, bytes: 0 })
  const part = await readRing(broker, ring.name, floor, bytes, () => false)
  const whole = await readRest(ring, part, bytes)
  if (!whole || whole.floor > floor) return undefined
  const start = whole.entries.findLastIndex(({ entry }) => entry.kind === 'start')
  const entries = whole.entries.slice(Math.max(start, 0))
  const mark = entries.map(({ publication }) => fromOf(publication)).find((from) => from !== undefined)
  // Whatever came before the first mark, this snapshot sees.
  const before = mark === undefined ? await passing.recorded() : parseSnapshot(mark)
  if (!includes(snapshot, before)) return undefined
  const { epoch, head, upTo } = whole
  const publications = view.select({ ...whole, entries }, (xid) => !isSeen(snapshot, xid))
  const from = placeBefore(whole, publications[0]?.offset)
  return { epoch, head, floor: whole.floor, ...(from && { from }), publications, upTo }
}

/** The place right before a publication; without one, nothing follows: the place behind all that was read. */
function placeBefore({ entries, from, upTo }: RingPart, offset: number | undefined): Place | undefined {
  if (offset === undefined) return upTo
  const before = entries.findLast(({ publication }) => publication.offset < offset)?.publication
  return before ? { offset: before.offset, check: checkOf(before.id) } : from
}

/** The rest of the ring behind a part, up to the head: a part may end where one transaction is very large. */
async function readRest(ring: TableRing, first: RingPart, bytes: number): Promise<RingPart | undefined> {
  let part = first
  while (part.upTo.offset < part.head.offset) {
    const next = await readRing(ring.parts.broker, ring.name, part.upTo.offset, bytes, () => false)
    if (next.epoch !== part.epoch || next.upTo.offset === part.upTo.offset) return undefined
    part = { ...part, head: next.head, floor: next.floor, entries: [...part.entries, ...next.entries], upTo: next.upTo }
  }
  return part
}
