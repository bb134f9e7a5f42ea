/**
 * The ring of a table on this node: it follows the broker once, whatever the number of views, and tells each view what is
 * its own. A view that nothing is for does not hear of a delivery; its next one follows where it stands all the same.
 */
import type { Log, Publication } from '@baro/core'
import type { Broker, Clock, Delivery, HistoryBounds, ReadRange, StreamFollower, StreamView } from '@baro/core/broker'
import { type AtPosition, comparePositions, type Place, positionAfter, positionAt } from '@baro/core/protocol'
import type { Condition } from '../filter/condition.ts'
import { type Match, matcher } from '../filter/matches.ts'
import type { TableShape } from '../table/table.ts'
import { readRingEntry, ringOf } from './ring-entry.ts'
import { type RingPart, readRing } from './ring-scan.ts'
import { ViewChange } from './view-change.ts'
import { ViewIndex } from './view-index.ts'

/** What a ring works with. */
export interface TableRingParts {
  readonly broker: Pick<Broker, 'read' | 'follow'>
  readonly clock: Clock
  readonly log: Log
  readonly table: TableShape & { readonly history: HistoryBounds }
  /** The table has begun anew, or may have: what is known of the database from before may not hold any more. */
  readonly begunAnew?: () => void
}

/** A filter with somebody who follows it. */
interface Followed {
  readonly view: RingView
  readonly follower: StreamFollower
}

/** Whoever waits for the ring to go on. */
type Waiter = () => void

export class TableRing {
  readonly name: string
  readonly parts: TableRingParts
  readonly #index: ViewIndex<Followed>
  readonly #followed = new Set<Followed>()
  readonly #waiters = new Set<Waiter>()
  #complaint: string | undefined
  #position: AtPosition | undefined
  #following: Promise<() => void> | undefined
  /** Deliveries since all views were told where the ring stands. */
  #untold = 0

  constructor(parts: TableRingParts) {
    this.parts = parts
    this.name = ringOf(parts.table.name)
    this.#index = new ViewIndex(parts.table.filters)
  }

  /** Adds a view's follower. The broker is followed from the first one on. */
  async follow(view: RingView, follower: StreamFollower): Promise<() => void> {
    const followed = { view, follower }
    this.#followed.add(followed)
    this.#index.add(followed, view.conditions)
    const stop = () => {
      if (this.#followed.delete(followed)) this.#index.remove(followed, view.conditions)
    }
    try {
      this.#following ??= this.parts.broker.follow(this.name, {
        deliver: (delivery) => this.#deliver(delivery),
        signal: () => {},
        lost: () => this.#lost(),
      })
      await this.#following
    } catch (error) {
      this.#following = undefined
      stop()
      throw error
    }
    return stop
  }

  /** Tells the log of a change that is not as the table is defined: the same trouble once. */
  complain(what: string): void {
    if (what === this.#complaint) return
    this.#complaint = what
    this.parts.log.error(
      {},
      `A change of ${JSON.stringify(this.parts.table.name)} is not as the table is defined, so who follows it is reset: ${what}`,
    )
  }

  /** Resolves when the ring has gone on, or after so many milliseconds. */
  moved(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        this.#waiters.delete(done)
        resolve()
      }
      const cancel = this.parts.clock.after(ms, done)
      this.#waiters.add(done)
    })
  }

  async close(): Promise<void> {
    for (const waiter of [...this.#waiters]) waiter()
    const stop = await this.#following?.catch(() => undefined)
    stop?.()
  }

  #deliver(delivery: Delivery): void {
    const { follows, position } = delivery
    const before = this.#position
    const isNext = before === undefined || comparePositions(before, follows) === 'same'
    // Late, or twice.
    if (!isNext && before.epoch === position.epoch && position.offset <= before.offset) return
    this.#position = position
    if (isNext) this.#route(delivery)
    // Something in between is missing, and it may have been for any view.
    else this.#lost()
    for (const waiter of [...this.#waiters]) waiter()
  }

  #route({ follows, position, publications }: Delivery): void {
    const touched = new Map<Followed, ViewChange[]>()
    for (const publication of publications) {
      const entry = readRingEntry(publication)
      if (entry.kind === 'start') return this.#lost()
      const change = new ViewChange(this.parts.table, publication, entry)
      const candidates = entry.kind === 'truncate' ? this.#followed : this.#index.candidates([entry.old, entry.new])
      for (const followed of candidates) {
        const changes = touched.get(followed)
        if (changes) changes.push(change)
        else touched.set(followed, [change])
      }
    }
    this.#untold += publications.length
    // A view must not fall behind what is kept, or a reader of it that is cut off would be reset.
    const isTimeToTell = this.#untold >= Math.max(this.parts.table.history.size / 4, 1)
    if (isTimeToTell) this.#untold = 0
    for (const followed of isTimeToTell ? this.#followed : touched.keys())
      followed.view.tell(followed.follower, follows, position, touched.get(followed) ?? [])
  }

  #lost(): void {
    this.parts.begunAnew?.()
    for (const { view, follower } of [...this.#followed]) {
      view.lost()
      follower.lost()
    }
  }
}

/** A filter over a ring, as the stream of its channel. */
export class RingView {
  readonly conditions: readonly Condition[]
  readonly #channel: string
  readonly #ring: TableRing
  readonly #match: Match
  /** Where its feed stands, as far as it was told: the next delivery follows that. */
  #told: AtPosition | undefined

  constructor(channel: string, ring: TableRing, conditions: readonly Condition[]) {
    this.#channel = channel
    this.#ring = ring
    this.conditions = conditions
    this.#match = matcher(ring.parts.table.filters, conditions)
  }

  follow(follower: StreamFollower): Promise<() => void> {
    return this.#ring.follow(this, follower)
  }

  lost(): void {
    this.#told = undefined
  }

  /** Passes on what is this view's own of a delivery of the ring. */
  tell(follower: StreamFollower, follows: AtPosition, position: AtPosition, changes: readonly ViewChange[]): void {
    const told = this.#told?.epoch === position.epoch ? this.#told : undefined
    const after = told?.offset ?? follows.offset
    const seen = this.#selected(changes.filter(({ offset }) => offset > after))
    // Nobody knows what it changes here, so nothing that is known leads on.
    if (seen.unreadable > 0) {
      this.lost()
      return follower.lost()
    }
    const { publications } = seen
    const isQuiet = publications.length === 0 && told !== undefined
    if (isQuiet && position.offset - told.offset < this.#ring.parts.table.history.size / 8) return
    if (told && position.offset <= told.offset) return
    this.#told = position
    follower.deliver({ channel: this.#channel, follows: told ?? follows, position, publications })
  }

  /**
   * Which changes are this view's, and as what. Of one that is not as the table is defined, nobody knows: who stands before
   * it cannot go on, so only what follows the last of those counts.
   */
  #selected(changes: Iterable<ViewChange>): Selected {
    let [publications, unreadable]: [Publication[], number] = [[], 0]
    for (const change of changes)
      try {
        const publication = change.seenBy(this.#match)
        if (publication) publications.push(publication)
      } catch (error) {
        ;[publications, unreadable] = [[], change.offset]
        this.#ring.complain((error as Error).message)
      }
    return { publications, unreadable }
  }

  async read(range: ReadRange): Promise<StreamView> {
    const { broker } = this.#ring.parts
    if (range.limit === 0) return this.#stands(await broker.read(this.#ring.name, range))
    return 'after' in range ? this.#readOn(range) : (await this.#readNewest(range)).view
  }

  /**
   * Behind its last change that is kept, or that cannot be read: a page from before may lack it. What else happens in the table
   * makes no page of this view stale (I10).
   */
  async head(): Promise<AtPosition> {
    const { bytes } = this.#ring.parts.table.history
    const { view, unreadable } = await this.#readNewest({ limit: 1, bytes: Math.min(bytes, 1 << 18) })
    const { epoch, head, publications } = view
    const last = publications.at(-1) ?? unreadable
    if (last) return positionAfter(epoch, last)
    // None is kept: a page that is older than all that is kept is behind for all that anybody knows.
    const { floor, from } = await this.#ring.parts.broker.read(this.#ring.name, {
      after: head.offset,
      limit: 0,
      bytes: 0,
    })
    return positionAt(epoch, floor === 0 ? { offset: 0, check: '' } : (from ?? head))
  }

  /** What of a part of the ring is this view's. */
  select({ entries }: Pick<RingPart, 'entries'>, sees: (xid: bigint) => boolean = () => true): Selected {
    const { table } = this.#ring.parts
    return this.#selected(
      entries.flatMap(({ publication, entry }) =>
        entry.kind === 'start' || !sees(entry.xid) ? [] : new ViewChange(table, publication, entry),
      ),
    )
  }

  async #readOn({ after, limit, bytes }: Extract<ReadRange, { readonly after: number }>): Promise<StreamView> {
    const { broker } = this.#ring.parts
    const part = await readRing(broker, this.#ring.name, after, bytes, (entries) => entries.length >= limit)
    // Nobody who stands before the beginning of the table can go on.
    const start = part.entries.findLast(({ entry }) => entry.kind === 'start')?.publication.offset ?? 0
    const { epoch, head, from, upTo } = part
    const { publications, unreadable } = this.select(part)
    const floor = Math.max(part.floor, start, unreadable)
    return this.#stands({ epoch, head, floor, ...(from && { from }), publications, upTo })
  }

  async #readNewest({ limit, bytes, until }: Extract<ReadRange, { readonly until?: number }>): Promise<Newest> {
    const { broker } = this.#ring.parts
    let bad: Publication | undefined
    const found: StreamView['publications'][number][] = []
    const newest = await broker.read(this.#ring.name, { limit: 500, bytes, ...(until !== undefined && { until }) })
    let view = newest
    for (;;) {
      const entries = view.publications.map((publication) => ({ publication, entry: readRingEntry(publication) }))
      const start = entries.findLastIndex(({ entry }) => entry.kind === 'start')
      const { publications, unreadable } = this.select({ entries: entries.slice(start + 1) })
      found.unshift(...publications)
      bad = view.publications.find(({ offset }) => offset === unreadable)
      const first = view.publications[0]?.offset
      if (found.length >= limit || start >= 0 || bad || first === undefined || first - 1 <= view.floor) break
      view = await broker.read(this.#ring.name, { limit: 500, bytes, until: first - 1 })
      if (view.epoch !== newest.epoch) break
    }
    const { epoch, head, floor, upTo } = newest
    return {
      view: { epoch, head, floor, publications: found.slice(-limit), upTo },
      ...(bad && { unreadable: bad }),
    }
  }

  /** Takes note how far its feed will have come with this. */
  #stands(view: StreamView): StreamView {
    const { epoch, upTo } = view
    const isFurther = this.#told?.epoch !== epoch || this.#told.offset < upTo.offset
    if (isFurther && isAtHead(view)) this.#told = positionAt(epoch, upTo)
    return view
  }
}

/** The newest of a view. */
interface Newest {
  readonly view: StreamView
  /** The change before all these that could not be read. */
  readonly unreadable?: Publication
}

/** What of some changes is a view's. */
export interface Selected {
  readonly publications: readonly Publication[]
  /** The offset of the last change that could not be read; 0 if there is none. Nobody who stands before it goes on. */
  readonly unreadable: number
}

function isAtHead({ head, upTo }: { readonly head: Place; readonly upTo: Place }): boolean {
  return head.offset === upTo.offset
}
