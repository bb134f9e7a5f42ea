/**
 * How the changes of tables get into their rings. All that stands above is the same for every capture: who leads, what was
 * published in transactions, the rings, their views, and the rows of snapshots.
 *
 *   triggers     write ──▶ log ──▶ rounds of the log ──▶ rings
 *   replication  write ──▶ the server's own log ──▶ slot ──▶ rounds of the stream ──▶ rings
 *
 * Duties of a capture:
 * - A table has a mark: a text that changes whenever changes may have been missed. A table whose mark is another one than
 *   that which is kept begins again.
 * - A table that begins gets an entry `start` with a snapshot. Everything that this snapshot does not see follows it.
 * - Each change that follows is appended once, with the number of a round as the cursor of its ring. Numbers come from
 *   {@link CaptureLead.numbers}, for all captures, so a ring takes nothing twice when another capture goes on.
 * - Of two transactions that changed one row, the one that committed first comes first.
 *
 * Nodes may be set to different captures: in a rolling deploy some are of the build before. All of them go by the capture of
 * the node that leads, and mark no table with their own, which would begin it again for everybody, each time. A node whose own
 * is another one begins all tables again when it leads itself.
 */
import type { Log } from '@baro/core'
import type { Broker, Clock, HistoryBounds } from '@baro/core/broker'
import type { FeedProgress } from '../ports/change-feed.ts'
import type { HeldSession, Queryable } from '../ports/driver.ts'
import type { DatabaseSnapshot } from '../snapshot/database-snapshot.ts'
import type { TableShape } from '../table/table.ts'
import type { RoundNumbers } from './round-numbers.ts'

export type CaptureKind = 'triggers' | 'replication'

/** What a capture gets when its node begins to lead. */
export interface CaptureLead {
  /** The session that holds the lock of the leader. */
  readonly session: HeldSession
  readonly feed: string
  readonly numbers: RoundNumbers
  readonly broker: Pick<Broker, 'append'>
  readonly clock: Clock
  readonly log: Log
  boundsOf(table: string): HistoryBounds
  /** The node stops: what waits for others is given up. */
  readonly stopped: AbortSignal
  /** It cannot go on: the leader ends, and begins again. */
  failed(error: unknown): void
}

/** What a capture does beside the rounds of the log, while its node leads. */
export interface CaptureWork {
  /** Something may have changed: a table may wait to be begun. */
  look(): void
  /** Called from time to time. */
  care(): Promise<void>
  close(): Promise<void>
}

export interface Capture {
  readonly kind: CaptureKind
  /** What it puts on a table, in words, for the log. */
  readonly thing: string
  /** Makes in the database what all tables need. Called before a node leads, and before a table begins. */
  prepare(): Promise<void>
  /**
   * Checks that the changes of a table can be had.
   *
   * @throws {BaroError} `bad-definition`, with the sentence that says what to do.
   */
  check(table: TableShape): Promise<void>
  /** The marks of those tables whose changes are captured. */
  marks(names: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Captures a table from now on. It gives up soon where others hold the table. */
  watch(tx: Queryable, name: string): Promise<void>
  /** Captures a table no more. It may be gone, and gives up soon where others hold it. */
  unwatch(tx: Queryable, name: string): Promise<void>
  /** Whether a leader with this capture has begun the table. */
  hasBegun(feed: string, name: string): Promise<boolean>
  /** `undefined` if the feed is, or was last, led with another capture. */
  progress(feed: string, table: string, seen: DatabaseSnapshot): Promise<FeedProgress | undefined>
  /** Called with the lock of the leader. */
  lead(lead: CaptureLead): Promise<CaptureWork>
}
