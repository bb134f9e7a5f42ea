import type { AnyChannel } from '../channel.ts'
import type { Json } from '../json.ts'
import type { Params } from '../pattern.ts'
import type { Broker, HistoryBounds } from './broker.ts'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import type { Randomness } from './randomness.ts'
import type { StreamSource } from './stream-source.ts'

/** What was published in a transaction. */
export interface DatabaseEntry {
  readonly type: string
  readonly payload: Json
  readonly id: string
}

/** What a hub lends to its database. */
export interface DatabaseParts {
  /** Keeps the streams of the tables, and spreads them to all nodes. */
  readonly broker: Broker
  /** All channels of the hub: the database finds those that are its own. */
  readonly channels: readonly AnyChannel[]
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  /** Most bytes of payload in one answer. A transaction ends in the answer in which it begins, unless it is larger. */
  readonly catchUpBytes: number
  /** Whether the hub has a channel of this name. */
  isChannel(name: string): boolean
  /**
   * Appends what an application published in a transaction. Payloads are output of their schemas. It happens if and only if
   * the cursor of the channel is smaller. A channel that the hub does not have gets it too: in a rolling deploy a node of the
   * older build may feed what one of the newer build publishes in a channel that came with it (I11).
   *
   * @param history What is kept of a channel that the hub does not have.
   */
  append(channel: string, entries: readonly DatabaseEntry[], cursor: number, history: HistoryBounds): Promise<void>
}

/**
 * Where the channels come from that show the rows of tables. A hub opens it once, before anybody follows a channel, and
 * closes it before its broker.
 */
export interface Database {
  /**
   * @throws {BaroError} `bad-definition` if a channel is defined as no database can serve it.
   */
  open(parts: DatabaseParts): OpenDatabase
}

/** One channel as the hub found it by its name. */
export interface DatabaseChannel {
  readonly channel: string
  readonly params: Params
  readonly definition: AnyChannel
  /** What the application gave to `hub.on` as its snapshot; absent: all rows that the channel's filter lets through. */
  readonly snapshot?: QueriedSnapshot | undefined
}

/** A database that serves a hub. */
export interface OpenDatabase {
  /**
   * The rows behind a channel; `undefined` if it shows none of this database. Called for each feed that opens, so it does
   * not wait: what is wrong with a table is said by `read` and `query`.
   */
  sourceOf(channel: DatabaseChannel): StreamSource | undefined
  /**
   * Resolves when what was published under this id in a transaction is appended.
   *
   * @throws {BaroError} `unavailable` if it takes too long, `bad-id` if it was rolled back, or is no such id;
   *   `unknown-channel` if the hub has no such channel, although others may: whoever publishes in it has to have it.
   */
  published(id: string): Promise<void>
  /** Resolves when the database is not used any more. */
  close(): Promise<void>
}

/** A snapshot that is read in a database transaction, as the package of the database makes it. */
export interface QueriedSnapshot<State = unknown> {
  readonly kind: 'queried'
  /** For the type checker only. */
  readonly '~state'?: State
}
