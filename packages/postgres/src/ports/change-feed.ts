/**
 * The contract of a change feed: it finds the committed changes of some tables and hands them over in rounds, each
 * round once and in order. Triggers are one implementation, logical replication will be another.
 *
 *   commit ──▶ feed: round N (from-snapshot, to-snapshot), recorded ──▶ ring of each table, if its cursor is below N
 *
 * Duties of every feed:
 * - A round holds the transactions that are visible in its to-snapshot and not in its from-snapshot, whole, and the
 *   from-snapshot of a round is the to-snapshot of the one before: nothing is in two rounds, and nothing in none.
 * - Of two transactions that changed one row, the one that committed first comes first.
 * - A round is recorded in the database before anything of it is appended to a ring. A successor repeats the last
 *   recorded round, cut in the same pieces, so that the cursor of each ring tells what it has already.
 * - What a recorded round needs is kept until the round is finished.
 */
import type { DatabaseSnapshot } from '../snapshot/database-snapshot.ts'

/** How far a feed has come, as any node may ask. */
export interface FeedProgress {
  /** Everything that is visible here was appended to the rings. */
  readonly finished: DatabaseSnapshot
  /** Nothing was appended that is not visible here. */
  readonly recorded: DatabaseSnapshot
  /** Whether nothing that the given snapshot sees is still to be fed. */
  readonly hasPassed: boolean
}

/** A feed on one node. One of the nodes that share a broker leads: it alone feeds. */
export interface ChangeFeed {
  /** Begins: installs what it needs, and feeds as soon as this node leads. It goes on trying until it is closed. */
  start(): void
  /**
   * Resolves when the changes of this table are fed: what a snapshot that is taken from then on does not see, follows.
   *
   * @throws {BaroError} `bad-definition` if the table is not as defined, `unavailable` if nobody leads.
   */
  ready(table: string): Promise<void>
  /** The name of this life of the database. Positions of another life say nothing here. */
  epoch(): Promise<string>
  /**
   * Whether everything that the snapshot sees of this table was appended to its ring. Called for readers that come with
   * a queried position which is newer than what the node knows.
   */
  progress(table: string, seen: DatabaseSnapshot): Promise<FeedProgress>
  close(): Promise<void>
}
