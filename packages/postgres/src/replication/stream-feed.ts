/**
 * Feeds the rings from a stream, while its node leads.
 *
 *   frame ─▶ steps ─▶ queue ─▶ round: whole transactions, as many as have come ─▶ recorded ─▶ appended ─▶ acknowledged
 *                       │         a transaction that is larger than a round is recorded by the commit that its beginning
 *                       │         names, and appended piece by piece while it comes
 *                       └─ full: the stream waits
 *
 * What was acknowledged the server forgets, so that comes last. A successor gets all that was not, finds the recorded round
 * among it, and repeats it: cursors tell what the rings have.
 */
import type { Entry } from '@baro/core/broker'
import type { CaptureLead, CaptureWork } from '../feed/capture.ts'
import { piecesPerRound } from '../feed/feed-round.ts'
import { slotOf } from '../feed/slot-name.ts'
import type { PostgresDriver } from '../ports/driver.ts'
import type { ReplicationLink } from '../ports/replication-link.ts'
import { ringEntry, ringOf, startEntry } from '../ring/ring-entry.ts'
import { parseSnapshot } from '../snapshot/database-snapshot.ts'
import { Acknowledgement } from './acknowledgement.ts'
import { dropIdleTriggers, publication, publishedMarks } from './publication.ts'
import { type Piece, RoundPieces } from './round-pieces.ts'
import { dropForsaken, openSlot } from './slot.ts'
import { StepQueue } from './step-queue.ts'
import { StreamReader, type StreamStep } from './stream-reader.ts'
import {
  currentSnapshot,
  feedTables,
  forgetStream,
  recordStreamRound,
  type StreamState,
  tableBegan,
  tableEnded,
  unseenBy,
} from './stream-state.ts'
import type { TableWriters } from './table-writers.ts'

/** A round is closed when it has so many bytes. */
const roundBytes = 1 << 20
/** Transactions that are remembered before it is asked which of them are to be seen by now. */
const mostUnseen = 1_000
/** How soon it is asked again whether a table can begin. */
const lookAgainMs = 50
/** A feed that nobody has led for so long has lost its place (as `prune` says). */
const forsakenSeconds = 3_600

type Begin = Extract<StreamStep, { readonly kind: 'begin' }>

/** Opens the slot and begins to feed. */
export async function startStreamFeed(
  driver: PostgresDriver,
  lead: CaptureLead,
  writers: TableWriters,
): Promise<CaptureWork> {
  if (!driver.replicate) throw new Error('The database client has no replication.')
  let feed: StreamFeed | undefined
  let broken: unknown
  const link = await driver.replicate((error) => {
    broken ??= error
    if (feed) feed.broke(error)
  })
  try {
    const state = await openSlot({ ...lead, driver }, link)
    if (broken !== undefined) throw broken
    feed = new StreamFeed({ driver, lead, writers, link, state })
    feed.start()
    return feed
  } catch (error) {
    await link.end()
    throw error
  }
}

interface StreamFeedParts {
  readonly driver: PostgresDriver
  readonly lead: CaptureLead
  readonly writers: TableWriters
  readonly link: ReplicationLink
  readonly state: StreamState
}

class StreamFeed implements CaptureWork {
  readonly #driver: PostgresDriver
  readonly #lead: CaptureLead
  readonly #link: ReplicationLink
  readonly #writers: TableWriters
  readonly #queue: StepQueue
  readonly #reader: StreamReader
  readonly #acknowledgement: Acknowledgement
  /** Tables whose changes go into their rings. */
  readonly #begun = new Set<string>()
  /** Transactions that have come, and that no snapshot of ours has seen yet. */
  #unseen: Set<bigint>
  /** Sees everything that is in rounds before the next one. */
  #before: string | undefined
  #round: Pick<StreamState, 'number' | 'from' | 'to'>
  /** The recorded round may not be in the rings yet. */
  #isRepeating: boolean
  /** The highest number that was used, of a round or of a beginning. */
  #number: number
  #mustLook = true
  #isClosed = false
  #over: Promise<void> = Promise.resolve()
  #stuck: Promise<void> | undefined
  #stopLooking: () => void = () => {}

  constructor({ driver, lead, writers, link, state }: StreamFeedParts) {
    this.#driver = driver
    this.#lead = lead
    this.#link = link
    this.#writers = writers
    this.#queue = new StepQueue({ clock: lead.clock, pause: () => link.pause(), resume: () => link.resume() })
    this.#acknowledgement = new Acknowledgement({ clock: lead.clock, send: (frame) => link.send(frame) })
    this.#reader = new StreamReader(parseSnapshot(state.snapshot).xmax)
    this.#unseen = new Set(state.unseen)
    this.#before = state.unseen.size === 0 ? state.snapshot : undefined
    this.#round = state
    this.#number = state.number
    this.#isRepeating = state.from !== state.to
  }

  start(): void {
    this.#link.stream(
      `START_REPLICATION SLOT ${slotOf(this.#lead.feed)} LOGICAL 0/0 (proto_version '1', publication_names '${publication}', messages 'true')`,
      (frame) => this.#frame(frame),
    )
    this.#over = this.#run().catch((error) => {
      if (!this.#isClosed) this.#lead.failed(error)
    })
  }

  /** The link or its stream has ended. */
  broke(error: unknown): void {
    const { session, feed, failed } = this.#lead
    // It read of a time when the publication was not there, and would come to the same place each time.
    const isStuck = (error as { readonly code?: unknown }).code === '42704'
    this.#stuck = isStuck ? forgetStream(session, feed).catch(() => {}) : undefined
    failed(error)
  }

  look(): void {
    this.#mustLook = true
    this.#queue.wake()
  }

  async care(): Promise<void> {
    await dropForsaken(this.#lead.session, forsakenSeconds)
    await dropIdleTriggers(this.#driver, [...this.#begun])
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#acknowledgement.close()
    this.#stopLooking()
    this.#queue.close()
    await this.#link.end()
    await this.#over
    await this.#stuck
  }

  #frame(bytes: Buffer): void {
    if (this.#isClosed) return
    try {
      for (const step of this.#reader.read(bytes)) {
        this.#queue.push(step)
        if (step.kind === 'quiet' && step.asksForStatus) this.#acknowledgement.tell()
      }
    } catch (error) {
      // What comes behind it must not be acknowledged.
      this.#isClosed = true
      this.#queue.close()
      this.#lead.failed(error)
    }
  }

  async #run(): Promise<void> {
    for (const { name, hasBegun } of await feedTables(this.#lead.session, this.#lead.feed))
      if (hasBegun) this.#begun.add(name)
    while (!this.#isClosed) {
      // The round that is repeated is as it was when it was recorded: no table begins in the middle of it.
      if (this.#mustLook && !this.#isRepeating) await this.#beginTables()
      const step = await this.#next()
      if (!step) continue
      if (step.kind === 'begin') await this.#feed(step)
      else if (step.kind === 'quiet') this.#isQuiet(step.end)
    }
  }

  /** The next step; nothing if it was woken for something else. */
  async #next(): Promise<StreamStep | undefined> {
    const step = this.#queue.take()
    if (step) return step
    await this.#queue.some()
    return this.#queue.take()
  }

  /** Between two transactions, everything before this place was fed. */
  #isQuiet(end: bigint): void {
    if (end > this.#round.to) this.#isRepeating = false
    this.#acknowledgement.upTo(end)
  }

  /** Feeds one round, which begins with this transaction. */
  async #feed(first: Begin): Promise<void> {
    // The server forgets lazily, so what was fed long ago may come again.
    const isOld = first.commit <= this.#round.from
    if (first.commit > this.#round.to) this.#isRepeating = false
    const isRepeated = !isOld && this.#isRepeating
    const pieces = new RoundPieces()
    const xids = new Set<bigint>()
    let round: RecordedRound | undefined = isRepeated ? { number: this.#round.number, from: undefined } : undefined
    let open: Begin | undefined = first
    let [last, end] = [first.commit, 0n]
    for (;;) {
      // Of a round that was recorded, the end is known; of another one, it is what has come.
      if (!open && (isRepeated ? this.#isBehind(await this.#peek()) : this.#queue.isEmpty)) break
      const step = await this.#next()
      if (this.#isClosed) return
      if (!step) continue
      if (step.kind === 'begin') {
        open = step
        last = step.commit
      } else if (step.kind === 'commit') {
        pieces.commit()
        open = undefined
        end = step.end
        if (isOld || (isRepeated ? last >= this.#round.to : pieces.bytes >= roundBytes)) break
      } else if (step.kind === 'blind') {
        if (!isOld && this.#begun.delete(step.table)) await this.#endTable(step.table)
      } else if (step.kind === 'change' && open && !isOld) {
        xids.add(open.xid)
        if (this.#begun.has(step.table)) pieces.push(step.table, open.xid, step.change, step.bytes)
        // Too large to wait for its end, which its beginning has named.
        if (!round && pieces.bytes >= roundBytes) round = await this.#record(open.commit, xids)
        if (round) await this.#append(pieces.takeFull(), round)
      }
    }
    if (!round && pieces.bytes > 0) round = await this.#record(last, xids)
    else if (!round) for (const xid of xids) this.#unseen.add(xid)
    if (round) await this.#append(pieces.takeAll(), round)
    if (isRepeated) this.#isRepeating = false
    this.#acknowledgement.upTo(end)
    // Of tables that are fed to others alone, no round is recorded here.
    if (this.#unseen.size > mostUnseen) this.#unseen = unseenBy(await currentSnapshot(this.#lead.session), this.#unseen)
  }

  /** Whether the recorded round is over before this step. */
  #isBehind(step: StreamStep | undefined): boolean {
    if (step?.kind === 'begin') return step.commit > this.#round.to
    return step?.kind === 'quiet' && step.end > this.#round.to
  }

  async #peek(): Promise<StreamStep | undefined> {
    await this.#queue.some()
    return this.#queue.first
  }

  async #takeNumber(): Promise<number> {
    this.#number = await this.#lead.numbers.after(this.#number)
    return this.#number
  }

  async #record(to: bigint, xids: ReadonlySet<bigint>): Promise<RecordedRound> {
    const { session, feed } = this.#lead
    const number = await this.#takeNumber()
    const snapshot = await currentSnapshot(session)
    const earlier = unseenBy(snapshot, this.#unseen)
    const from = this.#before ?? (earlier.size === 0 ? snapshot : undefined)
    this.#unseen = new Set([...earlier, ...unseenBy(snapshot, xids)])
    this.#before = this.#unseen.size === 0 ? snapshot : undefined
    await recordStreamRound(session, feed, this.#round.number, { number, to, snapshot, unseen: this.#unseen })
    this.#round = { number, from: this.#round.to, to }
    return { number, from }
  }

  async #append(pieces: readonly Piece[], { number, from }: RecordedRound): Promise<void> {
    const { broker, clock, boundsOf } = this.#lead
    for (const { table, number: piece, changes } of pieces) {
      const time = clock.now()
      const entries = changes.map(
        (change, index): Entry =>
          ringEntry(change, {
            id: `${change.xid.toString(36)}-${change.place.toString(36)}`,
            time,
            from: piece === 1 && index === 0 ? from : undefined,
          }),
      )
      await broker.append(ringOf(table), entries, boundsOf(table), { cursor: number * piecesPerRound + piece })
    }
  }

  /** Begins the tables that wait, between two rounds. */
  async #beginTables(): Promise<void> {
    this.#mustLook = false
    const { session, feed } = this.#lead
    const waiting = (await feedTables(session, feed)).filter(({ hasBegun }) => !hasBegun)
    if (waiting.length === 0) return
    const marks = await publishedMarks(
      session,
      waiting.map(({ name }) => name),
    )
    for (const table of waiting) {
      this.#begun.delete(table.name)
      if (marks.get(table.name) !== table.mark) continue
      if ((await this.#writers.remain(session, table)) || !(await this.#start(table))) this.#lookSoon()
      else this.#begun.add(table.name)
    }
  }

  #lookSoon(): void {
    this.#stopLooking()
    this.#stopLooking = this.#lead.clock.after(lookAgainMs, () => this.look())
  }

  async #start(table: { readonly name: string; readonly mark: string }): Promise<boolean> {
    const { session, feed, broker, clock, boundsOf } = this.#lead
    const snapshot = await currentSnapshot(session)
    // One that has come, and was left out, would be missing in what this snapshot sees.
    if (unseenBy(snapshot, this.#unseen).size > 0) return false
    const number = await this.#takeNumber()
    const entry = startEntry(snapshot, { id: `start-${number.toString(36)}`, time: clock.now() })
    const cursor = (number + 1) * piecesPerRound - 1
    const { outcome } = await broker.append(ringOf(table.name), [entry], boundsOf(table.name), { cursor })
    if (outcome !== 'appended') throw new Error(`The table ${table.name} was fed by somebody else.`)
    this.#writers.forget(table.name)
    return tableBegan(session, feed, { ...table, hasBegun: false }, number)
  }

  /** Somebody changed what the server tells of a table. */
  async #endTable(name: string): Promise<void> {
    this.#writers.forget(name)
    await tableEnded(this.#lead.session, this.#lead.feed, name)
    this.#mustLook = true
  }
}

/** A round with a number. `from` sees everything in the rounds before it, if that is known. */
interface RecordedRound {
  readonly number: number
  readonly from: string | undefined
}
